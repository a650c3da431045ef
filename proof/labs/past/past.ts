/** Many clients connect with a cursor that is a million events old, while others follow the live feed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { transportNames } from '@halftone/client';
import { Listener } from '../../harness/clients/listener.ts';
import { eventually, rest, waitAtMost } from '@halftone/tools/os/waiting.ts';
import { writeBulkFeed } from '../../harness/sandbox/realtime/bulk-feed.ts';
import { openRealtimeSandbox, type RealtimeSandbox } from '../../harness/sandbox/realtime/realtime-sandbox.ts';
import { rssMiB } from '@halftone/tools/shop/memory.ts';
import { percentileMs } from '../../harness/percentile.ts';
import { type DeliveryCounts, type Latecomers, type Memory, type LiveClients, type Seen } from './past-verdict.ts';
import { SessionClient } from '../balancing/session-client.ts';

export interface PastOptions {
  note: (text: string) => void;
  signal: AbortSignal;
}

const behind = 1_000_000;
const latecomers = 20;
/** One in so many events of the past belongs to the channel of these clients. */
const oneIn = 100;
const customer = 'alice';
const liveCustomer = 'bob';
const channelOf = (name: string): string => `customer:${name}`;

const everyMs = 20;
const calmMs = 2_000;
const patienceMs = 300_000;

export async function pastLab({ note, signal }: PastOptions): Promise<Seen[]> {
  const past = async (brokers: string, topic: string) => {
    note(`a past of ${behind} events`);
    // Longer ago than what a replica keeps in memory.
    const time = new Date(Date.now() - 3_600_000);
    await writeBulkFeed({ brokers, topic, channel: channelOf(customer), oneIn, count: behind, time });
  };
  const sandbox = await openRealtimeSandbox({ name: 'lab-past', replicas: 1, past, note, signal });
  try {
    sandbox.publisher.continueAfter(channelOf(customer), behind / oneIn);
    return await watch(sandbox, signal);
  } finally {
    await sandbox.close();
  }
}

async function watch(sandbox: RealtimeSandbox, signal: AbortSignal): Promise<Seen[]> {
  const over = new AbortController();
  const there = await Promise.all(transportNames.map((transport) => listen(sandbox, liveCustomer, transport)));
  const published = publishUntil(sandbox, AbortSignal.any([over.signal, signal]));
  try {
    const cursor = await oldest(sandbox);
    await sleep(calmMs, undefined, { signal });
    const memory = watchMemory(sandbox);
    const since = performance.now();
    const late = await comeLate(sandbox, cursor);
    const until = performance.now();
    over.abort();
    const last = await published;
    await waitAtMost('the live clients', () => there.every((one) => seqOf(one) === last) || undefined);
    return [late, liveClientsOf(there, last, since, until), memory()];
  } finally {
    over.abort();
    await Promise.all(there.map((one) => one.close()));
  }
}

const listen = (sandbox: RealtimeSandbox, name: string, transport: Listener['transport'], cursor?: string) =>
  Listener.start({ session: { token: async () => sandbox.token(name) }, urls: sandbox.urls, transport, cursor });

const seqOf = ({ received }: Listener): number => received.at(-1)?.seq ?? 0;

/** Resolves with the last sequence number. */
async function publishUntil({ publisher }: RealtimeSandbox, signal: AbortSignal): Promise<number> {
  while (!signal.aborted) {
    await publisher.publish(channelOf(liveCustomer), [{ data: { at: performance.now() } }]);
    await rest(everyMs, signal);
  }
  return publisher.last(channelOf(liveCustomer));
}

/** The cursor of the first event there is. */
async function oldest(sandbox: RealtimeSandbox): Promise<string> {
  const client = await SessionClient.connect(sandbox.urls[0] ?? '', sandbox.token(customer));
  await client.subscribe('me', 'earliest');
  const first = await eventually('the first event', () => client.received[0]);
  client.cut();
  return first.id;
}

async function comeLate(sandbox: RealtimeSandbox, cursor: string): Promise<Latecomers> {
  const since = performance.now();
  const late = await Promise.all(
    Array.from({ length: latecomers }, () => listen(sandbox, customer, 'websocket', cursor)),
  );
  const last = await sandbox.publisher.publishMany(channelOf(customer), 1);
  const arrived = () => late.every((one) => seqOf(one) === last) || undefined;
  await waitAtMost('what happened since', arrived, { withinMs: patienceMs });
  const seconds = Math.round((performance.now() - since) / 100) / 10;
  await Promise.all(late.map((one) => one.close()));
  return { about: 'latecomers', behind, seconds, ...countOf(late, { after: 1, until: last }) };
}

function liveClientsOf(there: readonly Listener[], until: number, since: number, end: number): LiveClients {
  const all = there.flatMap(({ received }) => received.map(({ at, data }) => ({ sent: Number(data['at']), at })));
  const lateness = (from: number, to: number) => {
    const values = all.filter(({ sent }) => sent >= from && sent < to).map(({ sent, at }) => at - sent);
    return { p50: percentileMs(values, 0.5), p99: percentileMs(values, 0.99) };
  };
  const times = { before: lateness(since - calmMs, since), meanwhile: lateness(since, end) };
  return { about: 'live clients', ...times, ...countOf(there, { until }) };
}

function countOf(listeners: readonly Listener[], range: { after?: number; until: number }): DeliveryCounts {
  const tallies = listeners.map((one) => one.tally(range));
  const sum = (of: 'lost' | 'duplicated') => tallies.reduce((total, one) => total + one[of], 0);
  const resets = listeners.reduce((total, one) => total + one.resets, 0);
  const published = range.until - (range.after ?? 0);
  return { clients: listeners.length, published, lost: sum('lost'), duplicated: sum('duplicated'), resets };
}

/** Samples until the result is requested. */
function watchMemory({ processes }: RealtimeSandbox): () => Memory {
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
