/** Waiting for an engine, and finding out whether one from before still answers. */
import { setTimeout as sleep } from 'node:timers/promises';
import { settingOf } from '../os/config.ts';
import { epitaphOf } from './docker.ts';
import { lastLogLine } from '../os/log.ts';
import { isAlive } from '../os/os-process.ts';
import { Unavailable } from '../os/unavailable.ts';
import type { Engine, EngineRecord } from './engine.ts';

/** Throws immediately when the process ends or the engine says that it never will let us in. */
export async function untilReady<Programs>(
  engine: Engine<Programs>,
  record: EngineRecord,
  process: { exited: Promise<unknown> | undefined; log: string },
  signal: AbortSignal,
): Promise<void> {
  let ended = false;
  void process.exited?.then(() => (ended = true));
  const given = record.way === 'environment';
  const name = given ? `${engine.title} at ${settingOf[engine.name]}` : `${engine.title} (${record.way})`;
  const deadline = Date.now() + (given ? 10_000 : 90_000);
  for (;;) {
    signal.throwIfAborted();
    try {
      return await engine.ping(record.url);
    } catch (error) {
      if (error instanceof Unavailable) throw error;
      const container = record.container && (await epitaphOf(record.container));
      const epitaph = ended ? lastLogLine(process.log) : container;
      if (epitaph) throw new Unavailable(`${name} ended at its start: ${epitaph}`);
      if (Date.now() > deadline) throw new Unavailable(`${name} does not answer: ${String(error)}`);
      await sleep(100);
    }
  }
}

/** A process that lives may be busy for a moment. */
export async function answers<Programs>(engine: Engine<Programs>, record: EngineRecord): Promise<boolean> {
  const { pid, born, container } = record;
  if (!container && !(pid && born && isAlive({ pid, born }))) return false;
  for (const pauseMs of [300, 1000, 2000, 0]) {
    try {
      await engine.ping(record.url);
      return true;
    } catch {
      // Asked again; the last time decides.
      await sleep(pauseMs);
    }
  }
  return false;
}
