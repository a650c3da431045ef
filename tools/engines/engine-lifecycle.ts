/** Starts an engine: reuses a running one, else cleans up after an earlier run, picks the first way that works, and waits. */
import { join } from 'node:path';
import { forcedWay, givenUrls } from '../os/config.ts';
import { answers, untilReady } from './engine-answers.ts';
import { runContainer, stopContainer } from './docker.ts';
import { paths, readJson, writeJson } from '../os/home.ts';
import { stopProcess } from '../os/os-process.ts';
import { freePort, giveBackPort } from '@halftone/local';
import { Unavailable } from '../os/unavailable.ts';
import { firstWay, waysFor } from './way.ts';
import type { Engine, EngineContext, EngineRecord } from './engine.ts';
import type { EngineName, Way } from '../os/run-state.ts';

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
