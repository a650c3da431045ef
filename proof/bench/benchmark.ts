import type { ComparedLine, Line } from './sample.ts';

export interface BenchOptions {
  rounds: number;
  /** Number of clients; each benchmark has its own default. */
  connections?: number | undefined;
  /** Only these peers; all by default. */
  peers?: readonly string[] | undefined;
  /** Orders of a run; the benchmark of orders alone places some. */
  orders?: number | undefined;
  /** Only these cases, where a benchmark has some; all by default. */
  only?: readonly string[] | undefined;
  /** Write a CPU profile per process, where the benchmark can. The numbers are then those of profiled processes. */
  profile?: boolean | undefined;
  /** Text for people. */
  say(text: string): void;
}

export interface Benchmark {
  name: string;
  /** One line about what it measures. */
  about: string;
  /** Default number of rounds. */
  rounds: number;
  run(options: BenchOptions): Promise<(Line | ComparedLine)[]>;
}
