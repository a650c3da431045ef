/** The interface of an engine, and the record of a running one. */
import type { Launched, OsProcess } from '../os/os-process.ts';
import type { EngineName, LocalWay, Way } from '../os/run-state.ts';

export interface Engine<Programs> {
  readonly name: EngineName;
  readonly title: string;
  /** Advice what to install, for when no way works. */
  readonly advice: string;
  readonly stopSignal: NodeJS.Signals;
  urlAt(port: number): string;
  /** One try; throws while the engine does not answer. */
  ping(url: string): Promise<void>;
  /** Throws Unavailable when this way does not work here. */
  find(way: Exclude<LocalWay, 'docker'>, context: EngineContext): Promise<Programs>;
  /** Prepares the data and spawns. */
  launch(programs: Programs, port: number, context: EngineContext): Promise<Launched>;
  container(port: number, context: EngineContext): ContainerSpec;
}

export interface EngineContext {
  signal: AbortSignal;
  note: (text: string) => void;
  /** The port that Kafka advertises to clients, when it is not its own. */
  advertisedPort?: number | undefined;
  /** Commands besides this one that use them. */
  users?: readonly OsProcess[];
}

/** Kept from the moment the engine is spawned, so that a crash of the command leaves nothing unknown behind. */
export interface EngineRecord {
  way: Way;
  url: string;
  port?: number;
  pid?: number;
  born?: string;
  container?: string;
  /** It was started to stay: only `engines stop` ends it. */
  keep?: boolean;
}

export interface ContainerSpec {
  image: string;
  /** The port inside; outside it is on 127.0.0.1 only. */
  publish: { outside: number; inside: number };
  env: Readonly<Record<string, string>>;
  /** Where the image keeps its data. */
  dataFolder?: string;
  args: readonly string[];
}
