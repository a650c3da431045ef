/**
 * The same events to many clients over every transport, while the processes that serve them are killed one after the other, all the
 * time, and all replaced once in between. Nobody may miss or repeat anything, and everybody is back soon.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TransportName } from '@halftone/client';
import { signalProcess } from '../engines/os-process.ts';
import { openStage, type Stage } from '../stage/stage.ts';
import { EnduranceEar, type Heard } from './endurance-ear.ts';

export interface Ordeal {
  events: number;
  clients: Readonly<Record<TransportName, number>>;
  replicas: number;
  kills: number;
}

export interface Endured {
  heard: Heard[];
  kills: number;
  rolled: number;
  ms: number;
}

export interface EnduranceRun {
  note: (text: string) => void;
  signal: AbortSignal;
}

const customer = 'alice';
const channel = `customer:${customer}`;
/** While processes die, so many come at once, and so often. */
const step = { events: 15, everyMs: 100 };
/** From one process that is back to the next that goes. */
const restMs = 300;
/** How long the last event may take to everyone once all is well again. */
const settleMs = 60_000;

export async function endure(ordeal: Ordeal, { note, signal }: EnduranceRun): Promise<Endured> {
  const stage = await openStage({ name: 'lab-endurance', replicas: ordeal.replicas, note, signal });
  const ears: EnduranceEar[] = [];
  try {
    const begun = performance.now();
    for (const transport of Object.keys(ordeal.clients) as TransportName[]) {
      const join = () => new EnduranceEar(transport, stage.urls, () => stage.token(customer));
      ears.push(...Array.from({ length: ordeal.clients[transport] }, join));
    }
    await until(() => ears.every(({ isOpen }) => isOpen), signal);
    note(`${ears.length} clients listen`);
    const disorder = disturb(stage, ordeal.kills, note, signal);
    await tellAll(stage, ordeal.events, disorder, signal);
    const rolled = await disorder;
    await until(() => ears.every(({ lastSeq }) => lastSeq === ordeal.events), signal);
    const heard = await Promise.all(ears.map((ear) => ear.end(ordeal.events)));
    return { heard, kills: ordeal.kills, rolled, ms: Math.round(performance.now() - begun) };
  } finally {
    await Promise.all(ears.map((ear) => ear.end(0).catch(() => undefined)));
    await stage.close();
  }
}

/** Or until it has taken too long: what is missing then shows in the counts. */
async function until(holds: () => boolean, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + settleMs;
  while (!holds() && performance.now() < deadline) await sleep(50, undefined, { signal });
}

/** SIGKILL to one process after the other, each as soon as the one before is back; halfway, all are replaced in order. */
async function disturb(
  stage: Stage,
  kills: number,
  note: (text: string) => void,
  signal: AbortSignal,
): Promise<number> {
  const replicas = stage.processes.map(({ replica }) => replica);
  let rolled = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    signal.throwIfAborted();
    if (kill === Math.floor(kills / 2)) {
      note(`${kill} processes were killed; now each is asked to leave`);
      for (const replica of replicas) rolled += await replace(stage, replica);
    }
    await stage.killAndAwait(replicas[kill % replicas.length] ?? 1);
    await sleep(restMs);
  }
  note(`${kills} processes were killed, ${rolled} left in order`);
  return rolled;
}

async function replace(stage: Stage, replica: number): Promise<number> {
  const of = { name: 'realtime', replica } as const;
  const leaving = stage.arena.process(of);
  signalProcess(leaving, 'SIGTERM');
  await stage.arena.ready(of, leaving.pid);
  await sleep(restMs);
  return 1;
}

/** A steady trickle as long as there is disorder, and the rest in one flood after it. */
async function tellAll(stage: Stage, events: number, disorder: Promise<unknown>, signal: AbortSignal): Promise<void> {
  let calm = false;
  const settled = disorder.finally(() => (calm = true));
  settled.catch(() => undefined);
  const left = () => events - stage.publisher.last(channel);
  // Some are kept for the end, so that the last process that dies does not die in silence.
  while (!calm) {
    signal.throwIfAborted();
    if (left() > step.events) await stage.publisher.tell(channel, step.events);
    await sleep(step.everyMs);
  }
  await stage.publisher.tell(channel, left());
}
