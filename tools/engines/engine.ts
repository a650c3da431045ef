/**
 * What every engine has to say about itself, and the one life it leads: reused when it runs, else cleared of what is
 * left of an earlier life, obtained in the first way that works, launched, waited for.
 */
import { join } from 'node:path';
import { forcedWay, givenUrls } from './config.ts';
import { answers, untilReady } from './engine-answers.ts';
import { runContainer, stopContainer } from './docker.ts';
import { paths, readJson, writeJson } from './home.ts';
import { stopProcess } from './os-process.ts';
import { freePort, giveBackPort } from './port.ts';
import { firstWay, Unavailable, waysFor } from './way.ts';
import type { ContainerSpec } from './docker.ts';
import type { Launched } from './os-process.ts';
import type { EngineName } from './run-state.ts';
import type { LocalWay, Way } from './way.ts';

export interface Engine<Programs> {
  readonly name: EngineName;
  readonly title: string;
  /** What a person installs when no way works. */
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
  /** Where clients reach Kafka when that is not its own port: it tells them where to connect. */
  advertisedPort?: number | undefined;
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

export interface StartedEngine {
  record: EngineRecord;
  /** False when it ran already. */
  fresh: boolean;
  ready: Promise<void>;
}

const recordFile = (name: EngineName) => join(paths.records, `${name}.json`);
export const logFile = (name: EngineName) => join(paths.logs, `${name}.log`);
export const readRecord = (name: EngineName) => readJson<EngineRecord>(recordFile(name));

export function keepRecord(name: EngineName): void {
  const record = readRecord(name);
  if (record) writeJson(recordFile(name), { ...record, keep: true }, 0o600);
}

/** Resolves once it is known where the engine will answer; `ready` once it does. */
export async function startEngine<Programs>(engine: Engine<Programs>, context: EngineContext): Promise<StartedEngine> {
  const given = givenUrls[engine.name];
  const before = given ? undefined : readRecord(engine.name);
  if (before && (await answers(engine, before))) return { record: before, fresh: false, ready: Promise.resolve() };
  if (before) await stopEngine(engine, before);
  const port = given ? 0 : await freePort(before?.port);
  const { result, way } = await firstWay(waysFor(given, forcedWay), (one) => begin(engine, one, port, context)).catch(
    (error: unknown) => {
      if (!(error instanceof Unavailable)) throw error;
      throw new Unavailable(`${engine.title} could not be had (${error.message}). ${engine.advice}`);
    },
  );
  if (before?.keep) keepRecord(engine.name);
  if (context.signal.aborted) await stopEngine(engine, result.record);
  context.signal.throwIfAborted();
  const process = { exited: result.exited, log: logFile(engine.name) };
  const ready = untilReady(engine, { ...result.record, way }, process, context.signal);
  return { record: result.record, fresh: way !== 'environment', ready };
}

interface Begun {
  record: EngineRecord;
  exited?: Promise<unknown>;
}

async function begin<Programs>(
  engine: Engine<Programs>,
  way: Way,
  port: number,
  context: EngineContext,
): Promise<Begun> {
  if (way === 'environment') return { record: { way, url: givenUrls[engine.name] ?? '' } };
  if (way === 'docker') {
    const container = await runContainer(engine.name, engine.container(port, context), context);
    return remember(engine.name, { record: { way, url: engine.urlAt(port), port, container } });
  }
  const programs = await engine.find(way, context);
  const { pid, born, exited } = await engine.launch(programs, port, context);
  return remember(engine.name, { record: { way, url: engine.urlAt(port), port, pid, born }, exited });
}

function remember(name: EngineName, begun: Begun): Begun {
  writeJson(recordFile(name), begun.record, 0o600);
  return begun;
}

/** Ends what the record names, if it still runs, and forgets it but for the port. */
export async function stopEngine<Programs>(engine: Engine<Programs>, record: EngineRecord): Promise<void> {
  const { way, pid, born, container, port } = record;
  if (container) await stopContainer(container, logFile(engine.name));
  if (pid && born) await stopProcess({ pid, born }, engine.stopSignal, 20_000);
  if (!port) return;
  giveBackPort(port);
  writeJson(recordFile(engine.name), { way, url: record.url, port }, 0o600);
}
