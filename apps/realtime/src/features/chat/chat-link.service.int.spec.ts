import { setTimeout as sleep } from 'node:timers/promises';
import { notificationsV1 } from '@halftone/contracts';
import { connectGrpc } from '@halftone/grpc';
import type { RunningService } from '@halftone/service';
import { bootService, eventually, freePort, testToken } from '@halftone/testing';
import type { NotificationsClient } from '../../clients';
import { ChatRooms, chatService } from '../../fixture/chat.fixture';
import { ChatLink } from './chat-link.service';

const room = 'support:alice';
let rooms: ChatRooms;
let port: string;
let served: RunningService;
let client: NotificationsClient;
let close: () => void;
let links: ChatLink[];

const serve = () => bootService(chatService(rooms), { GRPC_PORT: port });

beforeEach(async () => {
  rooms = new ChatRooms();
  links = [];
  port = String(await freePort());
  served = await serve();
  ({ client, close } = connectGrpc(notificationsV1.NotificationsServiceService, { url: `127.0.0.1:${port}` }));
});
afterEach(async () => {
  for (const link of links) link.leave();
  rooms.break();
  close();
  await served.stop();
});

interface MemberOptions {
  after?: number;
  name?: string;
  streamMs?: number;
}

class Member {
  readonly received: string[] = [];
  readonly link: ChatLink;
  outages = 0;
  isCongested = false;
  done = false;

  constructor(token: string, customer: string, { after = 0, name = room, streamMs }: MemberOptions = {}) {
    const peer = { id: '1', principal: { customer, role: 'customer' } as const, token, send: () => undefined };
    Object.defineProperty(peer, 'isCongested', { get: () => this.isCongested });
    this.link = new ChatLink(client, peer as never, name, after, {
      joined: (lastSeq) => void this.received.push(`joined at ${lastSeq}`),
      message: ({ seq, text }) => void this.received.push(`${seq} ${text}`),
      refused: (clientId, { code }) => void this.received.push(`${clientId} ${code}`),
      unavailable: () => (this.outages += 1),
      ended: ({ code }) => void this.received.push(code),
    });
    links.push(this.link);
    void this.link.run(streamMs).then(() => (this.done = true));
  }
}

const member = async (customer: string, options?: MemberOptions) =>
  new Member(await testToken(customer), customer, options);
const numbered = (count: number) => Array.from({ length: count }, (_, n) => `${n + 1} m${n}`);

test('messages are stored and delivered once although the stream breaks before every second confirmation', async () => {
  rooms.breaksAfter = ({ seq }) => seq % 2 === 0;
  const alice = await member('alice');
  for (let n = 0; n < 12; n += 1) alice.link.send(`m${n}`, `c${n}`);
  await eventually(() => expect(alice.received).toEqual(['joined at 0', ...numbered(12)]), 30_000);
  expect(rooms.streams).toBeGreaterThan(1);
});

test('messages of others during an outage are delivered afterwards', async () => {
  const alice = await member('alice');
  await eventually(() => expect(alice.received).toHaveLength(1));
  rooms.say(room, 'olga', 'm0', 'x0');
  await eventually(() => expect(alice.received).toHaveLength(2));
  rooms.break();
  await served.stop();
  for (let n = 1; n < 4; n += 1) rooms.say(room, 'olga', `m${n}`, `x${n}`);
  alice.link.send('m4', 'c4');
  served = await serve();
  await eventually(() => expect(alice.received).toEqual(['joined at 0', ...numbered(5)]), 30_000);
});

test('a stream is replaced before it is old, and messages are delivered once and in order', async () => {
  const alice = await member('alice', { streamMs: 100 });
  for (let n = 0; n < 60; n += 1) {
    alice.link.send(`m${n}`, `c${n}`);
    await sleep(25);
  }
  await eventually(() => expect(alice.received).toEqual(['joined at 0', ...numbered(60)]), 30_000);
  expect(rooms.streams).toBeGreaterThan(3);
  expect(rooms.broken).toBe(0);
  expect(alice.outages).toBe(0);
});

test('a stream without answers is abandoned, although it does not break', async () => {
  rooms.isSilent = true;
  const alice = await member('alice', { streamMs: 100 });
  await eventually(() => expect(rooms.streams).toBe(1));
  rooms.isSilent = false;
  alice.link.send('m0', 'c0');
  await eventually(() => expect(alice.received).toEqual(['joined at 0', '1 m0']), 60_000);
});

test('a link starts after the given message', async () => {
  for (let n = 0; n < 3; n += 1) rooms.say(room, 'olga', `m${n}`, `x${n}`);
  const alice = await member('alice', { after: 2 });
  await eventually(() => expect(alice.received).toEqual(['joined at 3', '3 m2']));
});

test('a refused message is reported by its client id and not resent', async () => {
  const alice = await member('alice');
  alice.link.send('refused', 'c1');
  await eventually(() => expect(alice.received).toEqual(['joined at 0', 'c1 VALIDATION_FAILED']));
  rooms.break();
  alice.link.send('m0', 'c2');
  await eventually(() => expect(alice.received).toEqual(['joined at 0', 'c1 VALIDATION_FAILED', '1 m0']), 20_000);
});

test('a forbidden room is tried once', async () => {
  const alice = await member('alice', { name: 'closed:alice' });
  await eventually(() => expect(alice.done).toBe(true));
  expect([alice.received, rooms.streams]).toEqual([['FORBIDDEN'], 1]);
});

test('a slow client gets no more messages until it reads', async () => {
  const alice = await member('alice');
  await eventually(() => expect(alice.received).toHaveLength(1));
  alice.isCongested = true;
  for (let n = 0; n < 5; n += 1) rooms.say(room, 'olga', `m${n}`, `x${n}`);
  await eventually(() => expect(alice.received).toHaveLength(2));
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(alice.received).toHaveLength(2);
  alice.isCongested = false;
  await eventually(() => expect(alice.received).toEqual(['joined at 0', ...numbered(5)]));
});

test('too many unconfirmed messages are refused', async () => {
  const alice = await member('alice');
  rooms.breaksAfter = () => true;
  const sayAll = () => {
    for (let n = 0; n < 33; n += 1) alice.link.send(`m${n}`, `c${n}`);
  };
  expect(sayAll).toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }));
});

test('after leaving, a client gets no more messages', async () => {
  const alice = await member('alice');
  await eventually(() => expect(alice.received).toHaveLength(1));
  alice.link.leave();
  await eventually(() => expect(alice.done).toBe(true));
  rooms.say(room, 'olga', 'm0', 'x0');
  expect(alice.received).toEqual(['joined at 0']);
});

test('hundreds of members are streams of one connection, and each is received', async () => {
  const members = await Promise.all(Array.from({ length: 300 }, (_, n) => member('alice', { name: `support:${n}` })));
  await eventually(() => expect(members.map(({ received }) => received.length)).toEqual(members.map(() => 1)), 30_000);
  for (const n of members.keys()) rooms.say(`support:${n}`, 'olga', 'm0', 'x0');
  for (const { received } of members) await eventually(() => expect(received).toEqual(['joined at 0', '1 m0']), 30_000);
});

test('an unconfirmed message is not sent twice', async () => {
  const alice = await member('alice');
  await eventually(() => expect(alice.received).toHaveLength(1));
  for (let n = 0; n < 200; n += 1) alice.link.send('m0', 'c0');
  alice.link.send('m1', 'c1');
  await eventually(() => expect(alice.received).toEqual(['joined at 0', '1 m0', '2 m1']));
  expect(rooms.receivedMessages).toBe(2);
});

test('leaving a room while the service is silent ends the stream', async () => {
  rooms.isSilent = true;
  const alice = await member('alice');
  await eventually(() => expect(rooms.streams).toBe(1));
  alice.link.leave();
  await eventually(() => expect(alice.done).toBe(true), 15_000);
});
