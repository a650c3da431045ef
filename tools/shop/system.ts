/**
 * The whole of Halftone on this machine: build, engines and services, started side by side where one does not need the
 * other. When any part fails or the signal comes, everything that was started is stopped before the error is thrown.
 */
import { buildAll } from '../build/build.ts';
import { stillUsedBy } from '../engines/engine-users.ts';
import { startEngines, stopEngines } from '../engines/engines.ts';
import { assignPorts } from './ports.ts';
import { stopOrphans, Supervisor } from './supervisor.ts';
import { topology } from './topology.ts';
import { awaitedLater } from '../os/waiting.ts';
import type { RunningEngines } from '../engines/engines.ts';
import type { Engines, RunState } from '../os/run-state.ts';
import type { Assignment } from './topology.ts';
import type { Describe, Progress } from '../terminal/progress.ts';

export interface System {
  /** As of now: a process that was restarted has another pid. */
  readonly run: RunState;
  stop(): Promise<void>;
  /** All replicas of these services, each when it has finished what it was doing. */
  restart(names: readonly string[]): void;
  /** At once, without letting anything finish; engines stay for the next start to find. */
  kill(): void;
}

type Parts = { supervisor?: Supervisor };

export async function startSystem(progress: Progress, outer: AbortSignal): Promise<System> {
  const parts: Parts = {};
  const failed = new AbortController();
  const signal = AbortSignal.any([outer, failed.signal]);
  const stop = async () => {
    await parts.supervisor?.stop();
    const users = await stopEngines();
    if (users.length > 0) progress.note(stillUsedBy(users));
  };
  const orphans = await stopOrphans();
  if (orphans > 0) progress.note(`stopped ${orphans} services of an earlier start that was killed`);
  const assignments = await assignPorts();
  const work = startParts(parts, assignments, progress, signal).map((part) =>
    part.catch((error: unknown) => {
      failed.abort(error);
      throw error;
    }),
  );
  await Promise.all(work).catch(async () => {
    await Promise.allSettled(work);
    await stop();
    throw signal.reason;
  });
  return {
    get run() {
      if (!parts.supervisor) throw new Error('the system is not up');
      return parts.supervisor.run;
    },
    stop,
    restart: (names) => parts.supervisor?.restart(names),
    kill: () => parts.supervisor?.kill(),
  };
}

function startParts(
  parts: Parts,
  assignments: readonly Assignment[],
  progress: Progress,
  signal: AbortSignal,
): Promise<unknown>[] {
  const located = Promise.withResolvers<Engines>();
  void awaitedLater(located.promise);
  const built = progress.phase('build', async (describe) => describe(await buildAll(signal)));
  const engines = progress.phase('engines', async (describe) => {
    const running = startEngines({ signal, note: (text) => (describe(text), progress.note(text)) });
    running.then((begun) => located.resolve(begun.engines), located.reject);
    await allAnswer(await running, describe);
  });
  const services = Promise.all([built, located.promise]).then(([, at]) =>
    progress.phase('services', async (describe) => {
      signal.throwIfAborted();
      const supervisor = new Supervisor(at, assignments);
      parts.supervisor = supervisor;
      await supervisor.start();
      await supervisor.ready(signal, (ready) => describe(`${ready.length} ready, ${ready.at(-1)} last`));
      describe(`${assignments.length} processes of ${topology.length} services`);
    }),
  );
  return [built, engines, services];
}

async function allAnswer({ engines, ready }: RunningEngines, describe: Describe): Promise<void> {
  const { postgres, kafka, redis } = engines;
  describe('waiting for Kafka');
  await ready;
  describe(`PostgreSQL (${postgres.way}), Kafka (${kafka.way}), Valkey (${redis.way})`);
}
