/**
 * The three engines as one: started side by side, and when one cannot be had, those just started are stopped again.
 * Engines end with the last command that uses them (engine-users.ts). One command at a time starts or stops them.
 */
import { join } from 'node:path';
import { home } from '../os/config.ts';
import { prepareDatabase } from './database.ts';
import { addEngineUsers, leaveEngines } from './engine-users.ts';
import { closeHome } from '../os/home.ts';
import { keepRecord, readRecord, startEngine, stopEngine } from './engine-lifecycle.ts';
import { kafka } from './kafka.ts';
import { whileLocked } from '../os/pid-lock.ts';
import { postgres } from './postgres.ts';
import { updateRun } from '../os/run-state.ts';
import { prepareSecrets } from './secrets.ts';
import { valkey } from './valkey.ts';
import { awaitedLater } from '../os/waiting.ts';
import type { StartedEngine } from './engine-lifecycle.ts';
import type { Engine, EngineContext, EngineRecord } from './engine.ts';
import type { OsProcess } from '../os/os-process.ts';
import type { Engines } from '../os/run-state.ts';

export interface RunningEngines {
  /** Where they answer. PostgreSQL does already, and the services' roles are there. */
  engines: Engines;
  /** Resolves when all answer. */
  ready: Promise<void>;
}

const lock = () => join(home, 'engines.lock');

export function startEngines(context: EngineContext): Promise<RunningEngines> {
  return whileLocked(lock(), context.signal, () => startAll(context));
}

/**
 * Releases the engines of this command; they stop with their last user. `force` stops them in any case, also those started to stay.
 * Resolves with the commands that still use them.
 */
export function stopEngines({ force = false } = {}): Promise<OsProcess[]> {
  return whileLocked(lock(), undefined, async () => {
    const users = leaveEngines();
    if (users.length > 0 && !force) return users;
    const stop = async <Programs>(engine: Engine<Programs>): Promise<boolean> => {
      const record = readRecord(engine.name);
      if (record?.keep && !force) return false;
      if (record) await stopEngine(engine, record);
      return true;
    };
    const stopped = await Promise.all([stop(postgres), stop(kafka), stop(valkey)]);
    if (stopped.every(Boolean)) updateRun({ engines: undefined });
    return [];
  });
}

/** From now on they outlive this command and all others. */
export function keepEngines(): void {
  leaveEngines();
  for (const { name } of [postgres, kafka, valkey]) keepRecord(name);
}

async function startAll(context: EngineContext): Promise<RunningEngines> {
  closeHome(process.getuid?.() === 0);
  await prepareSecrets();
  addEngineUsers(...(context.users ?? []));
  const failed = new AbortController();
  const inner = { ...context, signal: AbortSignal.any([context.signal, failed.signal]) };
  const undo: (() => Promise<void>)[] = [];
  const guarded = <Result>(work: Promise<Result>): Promise<Result> =>
    work.catch((error: unknown) => {
      failed.abort(error);
      throw error;
    });
  const begin = async <Programs>(engine: Engine<Programs>): Promise<StartedEngine> => {
    const started = await startEngine(engine, inner);
    void awaitedLater(started.ready);
    if (started.fresh) undo.push(() => stopEngine(engine, started.record));
    return started;
  };
  const database = guarded(begin(postgres).then(withDatabase));
  const broker = guarded(begin(kafka));
  const cache = guarded(begin(valkey));
  const giveUp = async (): Promise<never> => {
    await Promise.allSettled([database, broker, cache]);
    await Promise.allSettled(undo.map((stop) => stop()));
    leaveEngines();
    throw inner.signal.reason;
  };
  const begun = await Promise.all([database, broker, cache]).catch(giveUp);
  const engines = describe(...begun);
  updateRun({ engines });
  const ready = guarded(Promise.all(begun.map((one) => one.ready))).then(() => undefined, giveUp);
  void awaitedLater(ready);
  return { engines, ready };
}

async function withDatabase(started: StartedEngine): Promise<StartedEngine> {
  await started.ready;
  return { ...started, record: { ...started.record, url: await prepareDatabase(started.record.url) } };
}

function describe(database: StartedEngine, broker: StartedEngine, cache: StartedEngine): Engines {
  return {
    postgres: { ...stateOf(database.record), url: database.record.url },
    kafka: { ...stateOf(broker.record), brokers: broker.record.url },
    redis: { ...stateOf(cache.record), url: cache.record.url },
  };
}

const stateOf = ({ way, pid, container }: EngineRecord) => ({
  way,
  ...(pid ? { pid } : {}),
  ...(container ? { container } : {}),
});
