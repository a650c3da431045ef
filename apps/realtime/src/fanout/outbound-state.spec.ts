import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { eventually } from '@halftone/testing';
import { Outbound } from './outbound';
import { answers, type OutboundState, outboundStates, type SlowConsumer, transitions } from './outbound-state';
import { EventLoopTurn } from './event-loop-turn';

const limit = 128 * 1024;
const frames = Buffer.alloc(64 * 1024);

let server: Server;
const clients: Socket[] = [];

beforeAll(async () => {
  server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => clients.splice(0).forEach((client) => client.destroy()));
afterAll(() => server.close());

/** Both ends of a real connection; the client does not read before `resume`. */
async function open(slowConsumer: SlowConsumer) {
  const accepted = once(server, 'connection');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
  clients.push(client.on('error', () => undefined));
  const [wire] = (await accepted) as [Socket];
  wire.on('error', () => undefined).on('end', () => wire.end());
  wire.resume();
  const overflows: string[] = [];
  const owner = { onOverflow: () => overflows.push('overflow') };
  const egress = { turn: new EventLoopTurn(), limit, slowConsumer, overflowed: () => undefined };
  return { client, wire, outbound: new Outbound(egress, wire, 'json', owner), overflows };
}

type Connection = Awaited<ReturnType<typeof open>>;

async function fill({ outbound, wire }: Connection): Promise<void> {
  while (outbound.state === 'open') {
    outbound.push(frames);
    outbound.flush();
    if (wire.writableLength > 0) await nextTurn();
  }
}

/** Brings a connection into a state; beyond `open`, with unread bytes. */
const reach: Record<OutboundState, (connection: Connection) => Promise<void> | void> = {
  open: () => undefined,
  full: fill,
  closed: async (connection) => {
    await fill(connection);
    connection.outbound.close();
  },
  ending: async (connection) => {
    await fill(connection);
    connection.wire.end();
  },
  destroyed: async (connection) => {
    await fill(connection);
    connection.wire.destroy();
  },
};

/** All events of a connection. */
const happenings = {
  event: ({ outbound }: Connection) => void outbound.pushEvents(frames),
  message: ({ outbound }: Connection) => outbound.push(frames),
  read: ({ client }: Connection) => void client.resume(),
  close: ({ outbound }: Connection) => outbound.close(),
  end: ({ wire }: Connection) => void wire.end(),
  destroy: ({ wire }: Connection) => void wire.destroy(),
};
type Happening = keyof typeof happenings;

/** The state after each event. */
const table = (slowConsumer: SlowConsumer): Record<OutboundState, Record<Happening, OutboundState>> => {
  const [ends, gone] = [{ end: 'ending', destroy: 'destroyed' } as const, 'destroyed' as const];
  return {
    open: { event: 'open', message: 'open', read: 'open', close: 'closed', ...ends },
    full: {
      event: slowConsumer === 'conflate' ? 'full' : 'closed',
      message: 'closed',
      read: 'open',
      close: 'closed',
      ...ends,
    },
    closed: { event: 'closed', message: 'closed', read: 'closed', close: 'closed', ...ends },
    // Once the client has read the rest and ends too, the socket is destroyed.
    ending: { event: 'ending', message: 'ending', read: gone, close: 'ending', ...ends },
    destroyed: { event: gone, message: gone, read: gone, close: gone, end: gone, destroy: gone },
  };
};

const policies = ['disconnect', 'conflate'] as const;
const pairs = policies.flatMap((policy) =>
  outboundStates.flatMap((state) =>
    (Object.keys(happenings) as Happening[]).map((what) => ({ policy, state, what, then: table(policy)[state][what] })),
  ),
);

test.each(pairs)('$policy: $state and then $what is $then', async ({ policy, state, what, then }) => {
  const connection = await open(policy);
  await reach[state](connection);
  expect(connection.outbound.state).toBe(state);
  expect([state, ...transitions[state]]).toContain(then);
  happenings[what](connection);
  await nextTurn();
  await eventually(() => expect(connection.outbound.state).toBe(then));
  // A loop that retries an event must get a promise to wait for, or `drop`.
  const { outbound } = connection;
  if (outbound.forEvent === 'wait') expect(outbound.space()).toBeInstanceOf(Promise);
  if (outbound.forEvent === 'drop') expect(outbound.space()).toBeUndefined();
});

test.each(['read', 'end', 'destroy'] as const)('room resolves after %s', async (what) => {
  const connection = await open('conflate');
  await fill(connection);
  const space = connection.outbound.space();
  expect(space).toBeInstanceOf(Promise);
  happenings[what](connection);
  // An end waits for the client; the owner of the socket limits that to some seconds.
  if (what === 'end') connection.wire.destroy();
  await space;
  expect(connection.wire.listenerCount('drain')).toBe(0);
});

test('only an event of the socket ends a state in which events wait', () => {
  const waiting = outboundStates.filter((state) =>
    policies.some((policy) => Object.values(answers[state][policy]).includes('wait')),
  );
  expect(waiting).toEqual(['full']);
  expect(transitions.full).toEqual(expect.arrayContaining(['open', 'destroyed']));
});

test('every state leads to the last one, and there is no way back from closed', () => {
  for (const state of outboundStates.slice(0, -1)) expect(transitions[state]).toContain('destroyed');
  for (const state of ['closed', 'ending', 'destroyed'] as const)
    expect(transitions[state].some((next) => next === 'open' || next === 'full')).toBe(false);
});
