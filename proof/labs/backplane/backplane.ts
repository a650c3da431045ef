/** The same faults with both backplanes: realtime gets the feed from Kafka, then from Redis Pub/Sub. */
import { setTimeout as sleep } from 'node:timers/promises';
import { transportNames, type TransportName } from '@halftone/client';
import { Listener } from '../../harness/clients/listener.ts';
import { awaitedLater, eventually, rest, waitAtMost } from '@halftone/tools/os/waiting.ts';
import { openRealtimeSandbox, type RealtimeSandbox } from '../../harness/sandbox/realtime/realtime-sandbox.ts';
import { backplanes, faults, type Backplane, type Fault, type ClientResult } from './backplane-verdict.ts';

export interface BackplaneOptions {
  note: (text: string) => void;
  onResult: (result: ClientResult) => void;
  signal: AbortSignal;
}

const customers = ['alice', 'bob'] as const;
const channelOf = (customer: string): string => `customer:${customer}`;

/** Interval between two events of a channel. */
const everyMs = 20;
/** Time without a fault, before and after it. */
const calmMs = 1_000;
/** How long the last event may take to reach every client after the recovery. */
const settleMs = 15_000;

interface BackplaneClient {
  name: string;
  channel: string;
  listener: Listener;
  /** The last sequence number before the client connected. */
  after: number;
}

export async function backplaneLab(options: BackplaneOptions): Promise<ClientResult[]> {
  const all: ClientResult[] = [];
  for (const backplane of backplanes) all.push(...(await tryBackplane(backplane, options)));
  return all;
}

async function tryBackplane(
  backplane: Backplane,
  { note, onResult, signal }: BackplaneOptions,
): Promise<ClientResult[]> {
  const settings = { REALTIME_BACKPLANE: backplane };
  const sandbox = await openRealtimeSandbox({ name: 'lab-backplane', replicas: 2, settings, note, signal });
  try {
    const all: ClientResult[] = [];
    for (const fault of Object.keys(faults) as Fault[]) {
      note(`${backplane}: ${faults[fault]}`);
      const clients = await runFault(sandbox, fault, signal);
      const these = clients.map((client): ClientResult => ({ backplane, fault, ...client }));
      for (const one of these) onResult(one);
      all.push(...these);
    }
    return all;
  } finally {
    await sandbox.close();
  }
}

async function runFault(
  sandbox: RealtimeSandbox,
  fault: Fault,
  signal: AbortSignal,
): Promise<Omit<ClientResult, 'backplane' | 'fault'>[]> {
  const stop = new AbortController();
  const clients = await listen(sandbox);
  try {
    const published = publishUntil(sandbox, AbortSignal.any([stop.signal, signal]));
    // Awaited below, after the recovery.
    void awaitedLater(published);
    await sleep(calmMs, undefined, { signal });
    await injectFault(sandbox, fault);
    await sandbox.system.allReady();
    await sleep(calmMs, undefined, { signal });
    stop.abort();
    await published;
    await waitForAll(sandbox, clients);
    return clients.map((client) => count(sandbox, client));
  } finally {
    stop.abort();
    await Promise.all(clients.map(({ listener }) => listener.close()));
  }
}

/** Clients alternate between the processes as their first choice. */
async function listen(sandbox: RealtimeSandbox): Promise<BackplaneClient[]> {
  const { urls, publisher } = sandbox;
  const places = customers.flatMap((customer) => transportNames.map((transport) => ({ customer, transport })));
  return Promise.all(
    places.map(async ({ customer, transport }, at): Promise<BackplaneClient> => {
      const channel = channelOf(customer);
      const session = { token: async () => sandbox.token(customer) };
      const rotated = [...urls.slice(at % urls.length), ...urls.slice(0, at % urls.length)];
      const listener = await Listener.start({ session, urls: rotated, transport });
      return { name: nameOf(transport, customer), channel, listener, after: publisher.last(channel) };
    }),
  );
}

const nameOf = (transport: TransportName, customer: (typeof customers)[number]): string =>
  `${transport} ${customers.indexOf(customer) + 1}`;

async function publishUntil({ publisher }: RealtimeSandbox, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    for (const customer of customers) await publisher.publishMany(channelOf(customer), 1);
    await rest(everyMs, signal);
  }
}

async function injectFault(sandbox: RealtimeSandbox, fault: Fault): Promise<void> {
  switch (fault) {
    case 'replica':
      return void (await sandbox.killAndAwait(1));
    case 'replicas':
      return void (await Promise.all(sandbox.processes.map(({ replica }) => sandbox.killAndAwait(replica))));
    case 'kafka':
      await sandbox.system.restartEngine('kafka');
      return untilFeedContinues(sandbox);
    case 'redis':
      return sandbox.system.restartEngine('redis');
    default:
      return fault satisfies never;
  }
}

/** Publishing waits for the broker. When two more events were started, one has arrived. */
async function untilFeedContinues({ publisher }: RealtimeSandbox): Promise<void> {
  const channel = channelOf(customers[0]);
  const before = publisher.last(channel);
  await eventually('the feed to go on', () => publisher.last(channel) > before + 1 || undefined, { withinMs: 30_000 });
}

/** Keeps publishing until every client has the last event; otherwise a loss at the end is not seen. */
async function waitForAll({ publisher }: RealtimeSandbox, clients: readonly BackplaneClient[]): Promise<void> {
  const done = async () => {
    for (const customer of customers) await publisher.publishMany(channelOf(customer), 1);
    await sleep(500);
    return clients.every(({ channel, listener }) => listener.lastSeq === publisher.last(channel)) || undefined;
  };
  await waitAtMost('the last event', done, { withinMs: settleMs });
}

function count({ publisher }: RealtimeSandbox, { name, channel, listener, after }: BackplaneClient) {
  const until = publisher.last(channel);
  const { lost, duplicated } = listener.tally({ after, until });
  const arrived = listener.lastSeq === until;
  return { client: name, published: until - after, lost, duplicated, resets: listener.resets, arrived };
}
