/** A client with two channels and a chat room loses its server: once per way of load balancing and per kind of change. */
import { setTimeout as sleep } from 'node:timers/promises';
import { signalProcess } from '@halftone/tools/os/os-process.ts';
import { eventually, waitAtMost } from '@halftone/tools/os/waiting.ts';
import { openRealtimeSandbox, type RealtimeSandbox } from '../../harness/sandbox/realtime/realtime-sandbox.ts';
import { changes, ways, type Change, type ChangeResult, type Way } from './balancing-verdict.ts';
import { ChatRoom } from './chat-room.ts';
import { SessionClient, type ReceivedEvent } from './session-client.ts';

export interface BalancingOptions {
  note: (text: string) => void;
  onResult: (result: ChangeResult) => void;
  signal: AbortSignal;
}

const customer = 'alice';
/** The client's names of its channels, and their full names. */
const channels: Readonly<Record<string, string>> = { me: `customer:${customer}`, gallery: 'gallery' };
const names = Object.keys(channels);
/** Events per channel before the change, and again while the client is away. */
const eventsEach = 5;
/** How long the client waits for what it missed. */
const patienceMs = 3_000;

export async function balancingLab(options: BalancingOptions): Promise<ChangeResult[]> {
  const all: ChangeResult[] = [];
  for (const way of Object.keys(ways) as Way[]) all.push(...(await tryWay(way, options)));
  return all;
}

async function tryWay(way: Way, { note, onResult, signal }: BalancingOptions): Promise<ChangeResult[]> {
  const settings = { REALTIME_SESSIONS: ways[way].sessions };
  const sandbox = await openRealtimeSandbox({ name: 'lab-balancing', replicas: 2, chat: true, settings, note, signal });
  try {
    const all: ChangeResult[] = [];
    for (const change of Object.keys(changes) as Change[]) {
      signal.throwIfAborted();
      note(`${way}: ${changes[change]}`);
      const one = { way, change, of: names.length, ...(await runChange(sandbox, way, change)) };
      onResult(one);
      all.push(one);
    }
    return all;
  } finally {
    await sandbox.close();
  }
}

type Outcome = Pick<ChangeResult, 'subscriptions' | 'lost' | 'duplicated' | 'missed'>;

async function runChange(sandbox: RealtimeSandbox, way: Way, change: Change): Promise<Outcome> {
  const [first = '', second = ''] = sandbox.urls;
  const before = await SessionClient.connect(first, sandbox.token(customer));
  const { id } = await before.resume();
  for (const name of names) await before.subscribe(name);
  const room = await ChatRoom.open(sandbox, second, customer);
  await room.receive(before);
  await publish(sandbox);
  await eventually('the first events', () => before.received.length === names.length * eventsEach || undefined);
  const cursors = lastOf(before.received);
  await before.acknowledge(cursors);
  await applyChange(sandbox, change, before);
  await Promise.all([publish(sandbox), room.talk()]);
  // A sticky load balancer routes the client to the same process.
  const after = await SessionClient.connect(way === 'sticky' ? first : second, sandbox.token(customer));
  try {
    const resumed = await comeBack(after, way, id, cursors);
    const missed = await room.comeBack(after);
    return { subscriptions: resumed.length, missed, ...(await compare(sandbox, before, after)) };
  } finally {
    after.cut();
    room.leave();
  }
}

/** Returns the channels that continue by themselves. The others are subscribed again, as a client does. */
async function comeBack(
  client: SessionClient,
  way: Way,
  session: string | null,
  cursors: Readonly<Record<string, string>>,
): Promise<string[]> {
  if (way === 'migration') {
    for (const name of names) await client.subscribe(name, cursors[name]);
    return names;
  }
  const { resumed } = await client.resume(session ?? undefined);
  const again = resumed.map(({ channel }) => channel);
  for (const name of names) if (!again.includes(name)) await client.subscribe(name);
  return again;
}

async function applyChange(sandbox: RealtimeSandbox, change: Change, client: SessionClient): Promise<void> {
  const of = { name: 'realtime', replica: 1 } as const;
  switch (change) {
    case 'cut':
      return client.cut();
    case 'leaving': {
      const process = sandbox.system.process(of);
      signalProcess(process, 'SIGTERM');
      return void (await sandbox.system.ready(of, process.pid));
    }
    case 'killed':
      return void (await sandbox.killAndAwait(of.replica));
    case 'redis':
      await sandbox.system.restartEngine('redis');
      // Both processes must reconnect to Redis before one of them can use it.
      await sleep(1_500);
      return client.cut();
    default:
      return change satisfies never;
  }
}

/** Waits until every channel has its last event, or until the time is over. */
async function compare(
  { publisher }: RealtimeSandbox,
  before: SessionClient,
  after: SessionClient,
): Promise<Pick<ChangeResult, 'lost' | 'duplicated'>> {
  const known = new Set(before.received.map(keyOf));
  const expected = Object.values(channels).flatMap((channel) => {
    const last = publisher.last(channel);
    return Array.from({ length: eventsEach }, (_, back) => keyOf({ channel, seq: last - back }));
  });
  const missing = () => {
    const received = new Set(after.received.map(keyOf));
    return expected.filter((key) => !received.has(key));
  };
  const all = () => missing().length === 0 || undefined;
  await waitAtMost('what was missed', all, { withinMs: patienceMs });
  return { lost: missing().length, duplicated: after.received.filter((event) => known.has(keyOf(event))).length };
}

const keyOf = ({ channel, seq }: Pick<ReceivedEvent, 'channel' | 'seq'>): string => `${channel} ${seq}`;

const lastOf = (received: readonly ReceivedEvent[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, received.findLast((one) => one.channel === channels[name])?.id ?? '']));

async function publish({ publisher }: RealtimeSandbox): Promise<void> {
  for (const channel of Object.values(channels)) await publisher.publishMany(channel, eventsEach);
}
