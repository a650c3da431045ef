/** The same faults under the same stream, which comes to the realtime processes by Kafka, and then by Redis Pub/Sub. */
import { setTimeout as sleep } from 'node:timers/promises';
import { transportNames, type TransportName } from '@halftone/client';
import { Listener } from '../client/listener.ts';
import { eventually } from '../client/retry.ts';
import { openStage, type Stage } from '../stage/stage.ts';
import { backplanes, faults, type Backplane, type Fault, type Seen } from './backplane-story.ts';

export interface BackplaneOptions {
  note: (text: string) => void;
  seen: (seen: Seen) => void;
  signal: AbortSignal;
}

const customers = ['alice', 'bob'] as const;
const channelOf = (customer: string): string => `customer:${customer}`;

/** Each channel is told an event so often, in ms. */
const everyMs = 20;
/** Before a fault, and once all is well again. */
const calmMs = 1_000;
/** How long the last event may take to everyone once all is well again. */
const settleMs = 15_000;

interface Ear {
  name: string;
  channel: string;
  listener: Listener;
  /** The last number before it listened. */
  after: number;
}

export async function backplaneLab(options: BackplaneOptions): Promise<Seen[]> {
  const all: Seen[] = [];
  for (const backplane of backplanes) all.push(...(await tryBackplane(backplane, options)));
  return all;
}

async function tryBackplane(backplane: Backplane, { note, seen, signal }: BackplaneOptions): Promise<Seen[]> {
  const settings = { REALTIME_BACKPLANE: backplane };
  const stage = await openStage({ name: 'lab-backplane', replicas: 2, settings, note, signal });
  try {
    const all: Seen[] = [];
    for (const fault of Object.keys(faults) as Fault[]) {
      note(`${backplane}: ${faults[fault]}`);
      const clients = await endure(stage, fault, signal);
      const these = clients.map((client): Seen => ({ backplane, fault, ...client }));
      for (const one of these) seen(one);
      all.push(...these);
    }
    return all;
  } finally {
    await stage.close();
  }
}

async function endure(stage: Stage, fault: Fault, signal: AbortSignal): Promise<Omit<Seen, 'backplane' | 'fault'>[]> {
  const telling = new AbortController();
  const ears = await listen(stage);
  try {
    const told = tellOn(stage, AbortSignal.any([telling.signal, signal]));
    // Seen below, when all is well again.
    told.catch(() => undefined);
    await sleep(calmMs, undefined, { signal });
    await breakIt(stage, fault);
    await stage.arena.allReady();
    await sleep(calmMs, undefined, { signal });
    telling.abort();
    await told;
    await allHeard(stage, ears);
    return ears.map((ear) => count(stage, ear));
  } finally {
    telling.abort();
    await Promise.all(ears.map(({ listener }) => listener.close()));
  }
}

/** Everybody's first choice is another process than the next one's. */
async function listen(stage: Stage): Promise<Ear[]> {
  const { urls, publisher } = stage;
  const places = customers.flatMap((customer) => transportNames.map((transport) => ({ customer, transport })));
  return Promise.all(
    places.map(async ({ customer, transport }, at): Promise<Ear> => {
      const channel = channelOf(customer);
      const session = { token: async () => stage.token(customer) };
      const rotated = [...urls.slice(at % urls.length), ...urls.slice(0, at % urls.length)];
      const listener = await Listener.start({ session, urls: rotated, transport });
      return { name: nameOf(transport, customer), channel, listener, after: publisher.last(channel) };
    }),
  );
}

const nameOf = (transport: TransportName, customer: (typeof customers)[number]): string =>
  `${transport} ${customers.indexOf(customer) + 1}`;

async function tellOn({ publisher }: Stage, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    for (const customer of customers) await publisher.tell(channelOf(customer), 1);
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

async function breakIt(stage: Stage, fault: Fault): Promise<void> {
  switch (fault) {
    case 'replica':
      return void (await stage.killAndAwait(1));
    case 'replicas':
      return void (await Promise.all(stage.processes.map(({ replica }) => stage.killAndAwait(replica))));
    case 'kafka':
      await stage.arena.restartEngine('kafka');
      return goesOn(stage);
    case 'redis':
      return stage.arena.restartEngine('redis');
    default:
      return fault satisfies never;
  }
}

/** What is told waits for the broker; once two more have been begun, one has arrived. */
async function goesOn({ publisher }: Stage): Promise<void> {
  const channel = channelOf(customers[0]);
  const before = publisher.last(channel);
  await eventually('the feed to go on', () => publisher.last(channel) > before + 1 || undefined, { withinMs: 30_000 });
}

/** A loss at the very end would show with nothing after it, so something is told until everybody has heard the last of it. */
async function allHeard({ publisher }: Stage, ears: readonly Ear[]): Promise<void> {
  const done = async () => {
    for (const customer of customers) await publisher.tell(channelOf(customer), 1);
    await sleep(500);
    return ears.every(({ channel, listener }) => listener.lastSeq === publisher.last(channel)) || undefined;
  };
  await eventually('the last event', done, { withinMs: settleMs }).catch(() => undefined);
}

function count({ publisher }: Stage, { name, channel, listener, after }: Ear) {
  const until = publisher.last(channel);
  const { lost, duplicated } = listener.tally({ after, until });
  const arrived = listener.lastSeq === until;
  return { client: name, told: until - after, lost, duplicated, resets: listener.resets, arrived };
}
