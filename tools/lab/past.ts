/** Many clients at once come with a cursor that is a million events old, while others listen to what happens now. */
import { setTimeout as sleep } from 'node:timers/promises';
import { transportNames } from '@halftone/client';
import { Listener } from '../client/listener.ts';
import { eventually } from '../client/retry.ts';
import { flood } from '../stage/feed-flood.ts';
import { openStage, type Stage } from '../stage/stage.ts';
import { rssMiB } from '../start/memory.ts';
import { percentileMs } from '../numbers/percentile.ts';
import { type Heard, type Latecomers, type Memory, type Neighbours, type Seen } from './past-story.ts';
import { SessionClient } from './session-client.ts';

export interface PastOptions {
  note: (text: string) => void;
  signal: AbortSignal;
}

const behind = 1_000_000;
const latecomers = 20;
/** Of the past, so many are about anybody else for one about them. */
const oneIn = 100;
const customer = 'alice';
const neighbour = 'bob';
const channelOf = (name: string): string => `customer:${name}`;

const everyMs = 20;
const calmMs = 2_000;
const patienceMs = 300_000;

export async function pastLab({ note, signal }: PastOptions): Promise<Seen[]> {
  const past = async (brokers: string, topic: string) => {
    note(`a past of ${behind} events`);
    // Longer ago than what a replica keeps in memory.
    const time = new Date(Date.now() - 3_600_000);
    await flood({ brokers, topic, channel: channelOf(customer), oneIn, count: behind, time });
  };
  const stage = await openStage({ name: 'lab-past', replicas: 1, past, note, signal });
  try {
    stage.publisher.goOnAfter(channelOf(customer), behind / oneIn);
    return await watch(stage, signal);
  } finally {
    await stage.close();
  }
}

async function watch(stage: Stage, signal: AbortSignal): Promise<Seen[]> {
  const over = new AbortController();
  const there = await Promise.all(transportNames.map((transport) => listen(stage, neighbour, transport)));
  const told = tellOn(stage, AbortSignal.any([over.signal, signal]));
  try {
    const cursor = await oldest(stage);
    await sleep(calmMs, undefined, { signal });
    const memory = watchMemory(stage);
    const since = performance.now();
    const late = await comeLate(stage, cursor);
    const until = performance.now();
    over.abort();
    const last = await told;
    await eventually('the neighbours', () => there.every((one) => seqOf(one) === last) || undefined).catch(() => null);
    return [late, neighboursOf(there, last, since, until), memory()];
  } finally {
    over.abort();
    await Promise.all(there.map((one) => one.close()));
  }
}

const listen = (stage: Stage, name: string, transport: Listener['transport'], cursor?: string) =>
  Listener.start({ session: { token: async () => stage.token(name) }, urls: stage.urls, transport, cursor });

const seqOf = ({ heard }: Listener): number => heard.at(-1)?.seq ?? 0;

/** Resolves with the number of the last one. */
async function tellOn({ publisher }: Stage, signal: AbortSignal): Promise<number> {
  while (!signal.aborted) {
    await publisher.publish(channelOf(neighbour), [{ data: { at: performance.now() } }]);
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
  return publisher.last(channelOf(neighbour));
}

/** The cursor of the first event there is. */
async function oldest(stage: Stage): Promise<string> {
  const client = await SessionClient.connect(stage.urls[0] ?? '', stage.token(customer));
  await client.subscribe('me', 'earliest');
  const first = await eventually('the first event', () => client.heard[0]);
  client.cut();
  return first.id;
}

async function comeLate(stage: Stage, cursor: string): Promise<Latecomers> {
  const since = performance.now();
  const late = await Promise.all(
    Array.from({ length: latecomers }, () => listen(stage, customer, 'websocket', cursor)),
  );
  const last = await stage.publisher.tell(channelOf(customer), 1);
  const arrived = () => late.every((one) => seqOf(one) === last) || undefined;
  await eventually('what happened since', arrived, { withinMs: patienceMs }).catch(() => undefined);
  const seconds = Math.round((performance.now() - since) / 100) / 10;
  await Promise.all(late.map((one) => one.close()));
  return { about: 'latecomers', behind, seconds, ...countOf(late, { after: 1, until: last }) };
}

function neighboursOf(there: readonly Listener[], until: number, since: number, end: number): Neighbours {
  const all = there.flatMap(({ heard }) => heard.map(({ at, data }) => ({ sent: Number(data['at']), at })));
  const lateness = (from: number, to: number) => {
    const values = all.filter(({ sent }) => sent >= from && sent < to).map(({ sent, at }) => at - sent);
    return { p50: percentileMs(values, 0.5), p99: percentileMs(values, 0.99) };
  };
  const times = { before: lateness(since - calmMs, since), meanwhile: lateness(since, end) };
  return { about: 'neighbours', ...times, ...countOf(there, { until }) };
}

function countOf(listeners: readonly Listener[], range: { after?: number; until: number }): Heard {
  const tallies = listeners.map((one) => one.tally(range));
  const sum = (of: 'lost' | 'duplicated') => tallies.reduce((total, one) => total + one[of], 0);
  const resets = listeners.reduce((total, one) => total + one.resets, 0);
  const told = range.until - (range.after ?? 0);
  return { clients: listeners.length, told, lost: sum('lost'), duplicated: sum('duplicated'), resets };
}

/** Looks until asked. */
function watchMemory({ processes }: Stage): () => Memory {
  const look = () => Math.round(Object.values(rssMiB(processes))[0] ?? 0);
  const before = look();
  const seen: number[] = [];
  const timer = setInterval(() => seen.push(look()), 200);
  return () => {
    clearInterval(timer);
    const half = Math.ceil(seen.length / 2);
    const most = (part: readonly number[]) => Math.max(before, ...part);
    return { about: 'memory', before, firstHalf: most(seen.slice(0, half)), secondHalf: most(seen.slice(half)) };
  };
}
