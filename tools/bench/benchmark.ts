import type { Contest, Line } from './sample.ts';

export interface BenchOptions {
  rounds: number;
  /** Clients, where a benchmark has any; what it is about unless told. */
  connections?: number | undefined;
  /** Only these others; all unless told. */
  peers?: readonly string[] | undefined;
  /** Words for people. */
  say(text: string): void;
}

export interface Benchmark {
  name: string;
  /** What it measures, in one line. */
  about: string;
  /** Rounds unless told. */
  rounds: number;
  run(options: BenchOptions): Promise<(Line | Contest)[]>;
}
