/** A client that listens to two channels and sits in a chat room loses its server, once for every way of load balancing and every way to lose it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { signalProcess } from '../engines/os-process.ts';
import { eventually } from '../client/retry.ts';
import { openStage, type Stage } from '../stage/stage.ts';
import { changes, ways, type Change, type Survived, type Way } from './balancing-story.ts';
import { ChatRoom } from './chat-room.ts';
import { SessionClient, type Heard } from './session-client.ts';

export interface BalancingOptions {
  note: (text: string) => void;
  survived: (survived: Survived) => void;
  signal: AbortSignal;
}

const customer = 'alice';
/** What the client calls its channels, and what they are. */
const channels: Readonly<Record<string, string>> = { me: `customer:${customer}`, gallery: 'gallery' };
const names = Object.keys(channels);
/** So many events in each channel before the change, and as many while the client is away. */
const few = 5;
/** How long the client waits for what it missed. */
const patienceMs = 3_000;

export async function balancingLab(options: BalancingOptions): Promise<Survived[]> {
  const all: Survived[] = [];
  for (const way of Object.keys(ways) as Way[]) all.push(...(await tryWay(way, options)));
  return all;
}

async function tryWay(way: Way, { note, survived, signal }: BalancingOptions): Promise<Survived[]> {
  const settings = { REALTIME_SESSIONS: ways[way].sessions };
  const stage = await openStage({ name: 'lab-balancing', replicas: 2, chat: true, settings, note, signal });
  try {
    const all: Survived[] = [];
    for (const change of Object.keys(changes) as Change[]) {
      signal.throwIfAborted();
      note(`${way}: ${changes[change]}`);
      const one = { way, change, of: names.length, ...(await tell(stage, way, change)) };
      survived(one);
      all.push(one);
    }
    return all;
  } finally {
    await stage.close();
  }
}

type Outcome = Pick<Survived, 'subscriptions' | 'lost' | 'duplicated' | 'unheard'>;

async function tell(stage: Stage, way: Way, change: Change): Promise<Outcome> {
  const [first = '', second = ''] = stage.urls;
  const before = await SessionClient.connect(first, stage.token(customer));
  const { id } = await before.resume();
  for (const name of names) await before.subscribe(name);
  const room = await ChatRoom.open(stage, second, customer);
  await room.hear(before);
  await publish(stage);
  await eventually('the first events', () => before.heard.length === names.length * few || undefined);
  const cursors = lastOf(before.heard);
  await before.acknowledge(cursors);
  await lose(stage, change, before);
  await Promise.all([publish(stage), room.talk()]);
  // The balancer that is sticky brings it back to where it was.
  const after = await SessionClient.connect(way === 'sticky' ? first : second, stage.token(customer));
  try {
    const resumed = await comeBack(after, way, id, cursors);
    const unheard = await room.comeBack(after);
    return { subscriptions: resumed.length, unheard, ...(await compare(stage, before, after)) };
  } finally {
    after.cut();
    room.leave();
  }
}

/** Which channels go on by themselves; the others begin anew, as a client would do it. */
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

async function lose(stage: Stage, change: Change, client: SessionClient): Promise<void> {
  const of = { name: 'realtime', replica: 1 } as const;
  switch (change) {
    case 'cut':
      return client.cut();
    case 'leaving': {
      const process = stage.arena.process(of);
      signalProcess(process, 'SIGTERM');
      return void (await stage.arena.ready(of, process.pid));
    }
    case 'killed':
      return void (await stage.killAndAwait(of.replica));
    case 'redis':
      await stage.arena.restartEngine('redis');
      // Both have to find it again before one of them can ask it.
      await sleep(1_500);
      return client.cut();
    default:
      return change satisfies never;
  }
}

/** Every channel has heard everything up to its last event, or it is not coming any more. */
async function compare(
  { publisher }: Stage,
  before: SessionClient,
  after: SessionClient,
): Promise<Pick<Survived, 'lost' | 'duplicated'>> {
  const known = new Set(before.heard.map(keyOf));
  const expected = Object.values(channels).flatMap((channel) => {
    const last = publisher.last(channel);
    return Array.from({ length: few }, (_, back) => keyOf({ channel, seq: last - back }));
  });
  const missing = () => {
    const heard = new Set(after.heard.map(keyOf));
    return expected.filter((key) => !heard.has(key));
  };
  const all = () => missing().length === 0 || undefined;
  await eventually('what was missed', all, { withinMs: patienceMs }).catch(() => undefined);
  return { lost: missing().length, duplicated: after.heard.filter((event) => known.has(keyOf(event))).length };
}

const keyOf = ({ channel, seq }: Pick<Heard, 'channel' | 'seq'>): string => `${channel} ${seq}`;

const lastOf = (heard: readonly Heard[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, heard.findLast((one) => one.channel === channels[name])?.id ?? '']));

async function publish({ publisher }: Stage): Promise<void> {
  for (const channel of Object.values(channels)) await publisher.tell(channel, few);
}
