import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { json as problemOf } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Tickets } from '@halftone/redis';
import type { RunningService } from '@halftone/service';
import { engines, eventually, testToken } from '@halftone/testing';
import { WebSocketClient } from './fixture/clients.fixture';
import { FeedWriter, newCustomer } from './fixture/feed.fixture';
import { bootImages } from './fixture/images.fixture';
import { inUse, mebibyte } from './fixture/memory.fixture';
import {
  binary,
  close,
  continuation,
  frame,
  ping,
  pong,
  RawClient,
  text,
  upgradeRequest,
} from './fixture/raw-websocket.fixture';
import { bootReplica } from './fixture/replica.fixture';

const { brokers } = engines();
const customer = newCustomer();
let feed: FeedWriter;
let images: RunningService;
let replica: Awaited<ReturnType<typeof boot>>;
let neighbour: WebSocketClient;
let token: string;

const boot = () => bootReplica({ REALTIME_FEED_TOPIC: feed.topic, IMAGES_GRPC: images.grpcUrl });

beforeAll(async () => {
  [feed, images] = await Promise.all([FeedWriter.open(brokers), bootImages()]);
  [replica, token] = await Promise.all([boot(), testToken(customer)]);
  neighbour = await WebSocketClient.connect(replica.httpUrl, { token });
  neighbour.send({ type: 'subscribe' });
  await eventually(() => expect(neighbour.of('subscribed')).toHaveLength(1));
});
/** After any input, another connection still gets the next event. */
afterEach(async () => {
  const before = neighbour.events.length;
  await feed.publish(customer, {});
  await eventually(() => expect(neighbour.events).toHaveLength(before + 1));
});
afterAll(async () => {
  await neighbour.close();
  await replica.stop();
  await images.stop();
  await feed.close();
});

const json = (message: object) => frame(text, JSON.stringify(message));
const closeFrame = (code: number, reason: string | Buffer = '') =>
  frame(close, Buffer.concat([Buffer.of(code >> 8, code & 0xff), Buffer.from(reason as string)]));
const badUtf8 = Buffer.from([0x7b, 0xc3, 0x28, 0x7d]);
const largest = 65_536;
/** Pseudo-random, the same at each run. */
const noise = Buffer.from(Array.from({ length: 256 }, (_, at) => (at * 167 + 91) % 256));

test.each<[string, Buffer[], number]>([
  ['an unmasked frame', [frame(text, '{}', { masked: false })], 1002],
  ['the first reserved bit (compression without negotiation)', [frame(text, '{}', { reserved: 4 })], 1002],
  ['the second reserved bit', [frame(text, '{}', { reserved: 2 })], 1002],
  ['the third reserved bit', [frame(ping, '', { reserved: 1 })], 1002],
  ['a reserved opcode', [frame(0x3, '{}')], 1002],
  ['a reserved control opcode', [frame(0xb, '')], 1002],
  ['a ping in fragments', [frame(ping, 'x', { fin: false })], 1002],
  ['a ping beyond 125 bytes', [frame(ping, Buffer.alloc(126))], 1002],
  ['a continuation without a message', [frame(continuation, '{}')], 1002],
  ['a message within a message', [frame(text, '{', { fin: false }), frame(text, '{}')], 1002],
  ['text that is not UTF-8', [frame(text, badUtf8)], 1007],
  [
    'UTF-8 torn by fragments for good',
    [frame(text, '{\u00e9', { fin: false }), frame(continuation, Buffer.of(0xc3))],
    1007,
  ],
  ['a frame beyond the limit', [frame(text, Buffer.alloc(largest + 1, 0x20))], 1009],
  ['a head that announces 2^40 bytes', [frame(text, '', { claimedSize: 2 ** 40 })], 1009],
  ['a head that announces 2^53 bytes', [frame(binary, '', { claimedSize: 2 ** 53 })], 1009],
  [
    'fragments beyond the limit',
    [
      frame(text, '', { fin: false }),
      ...Array.from({ length: 9 }, () => frame(continuation, Buffer.alloc(8_192), { fin: false })),
    ],
    1009,
  ],
  ['a close of one byte', [frame(close, Buffer.of(3))], 1002],
  ['a close with a forbidden code', [closeFrame(1005)], 1002],
  ['a close with an undefined code', [closeFrame(2999)], 1002],
  ['a close whose reason is not UTF-8', [closeFrame(1000, badUtf8)], 1007],
  ['random bytes', [noise], 1002],
])('%s closes the connection with its code', async (_what, frames, code) => {
  const client = await RawClient.upgraded(replica.httpUrl, token);
  client.socket.write(Buffer.concat(frames));
  await eventually(() => expect(client.closeCode).toBe(code));
  client.socket.end();
  await client.ended;
});

test('the largest message is read, in one frame and in fragments', async () => {
  const client = await RawClient.upgraded(replica.httpUrl, token);
  const message = Buffer.alloc(largest, ' ');
  message.write('{"type":"ping"}');
  client.socket.write(frame(text, message));
  client.socket.write(frame(text, message.subarray(0, 40_000), { fin: false }));
  client.socket.write(frame(ping, 'between'));
  client.socket.write(frame(continuation, message.subarray(40_000)));
  const said = () => client.frames.filter(({ opcode }) => opcode === text).map(({ payload }) => payload.toString());
  await eventually(() => expect(said()).toEqual(['{"type":"pong"}', '{"type":"pong"}']));
  expect(client.frames.filter(({ opcode }) => opcode === pong).map(({ payload }) => payload.toString())).toEqual([
    'between',
  ]);
  client.socket.destroy();
});

test('a handshake and a message work one byte at a time', async () => {
  const client = await RawClient.connect(replica.httpUrl);
  const bytes = Buffer.concat([
    Buffer.from(upgradeRequest('/v1/events', { authorization: `Bearer ${token}` })),
    json({ type: 'ping' }),
  ]);
  for (const byte of bytes) {
    await new Promise((sent) => client.socket.write(Buffer.of(byte), sent));
    await new Promise(setImmediate);
  }
  await eventually(() => expect(client.frames.map(({ payload }) => payload.toString())).toEqual(['{"type":"pong"}']));
  client.socket.destroy();
});

test.each<[string, Record<string, string>, number]>([
  ['no key', { 'sec-websocket-key': '' }, 400],
  ['a key of another length', { 'sec-websocket-key': 'AAAA' }, 400],
  ['an unsupported version', { 'sec-websocket-version': '7' }, 400],
  ['no version', { 'sec-websocket-version': '' }, 400],
  ['a page of another origin', { origin: 'https://evil.example' }, 403],
  ['an invalid token', { authorization: 'Bearer a.b.c' }, 401],
  ['too large headers', { 'x-filling': 'x'.repeat(20_000) }, 431],
])('a handshake with %s is refused', async (_what, headers, status) => {
  const client = await RawClient.connect(replica.httpUrl);
  client.socket.write(upgradeRequest('/v1/events', { authorization: `Bearer ${token}`, ...headers }));
  await client.ended;
  expect(client.status).toBe(status);
});

test('invalid HTTP is answered with 400', async () => {
  const client = await RawClient.connect(replica.httpUrl);
  client.socket.write(noise);
  await client.ended;
  expect(client.status).toBe(400);
});

test.each([
  ['without a key', {}],
  ['of an old version', { 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', 'sec-websocket-version': '7' }],
])('a handshake %s is refused with a problem document', async (_what, fields) => {
  const headers = { connection: 'Upgrade', upgrade: 'websocket', authorization: `Bearer ${token}`, ...fields };
  const asked = request(`${replica.httpUrl}/v1/events`, { headers }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  expect(await problemOf(answer)).toMatchObject({ status: 400, code: 'VALIDATION_FAILED' });
  expect(answer.headers).toMatchObject({
    'content-type': 'application/problem+json',
    'sec-websocket-version': '13',
  });
});

test.each(['types=nope', 'nope=1', 'channel=me&channel=gallery'])('a handshake with ?%s is refused', async (query) => {
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    authorization: `Bearer ${token}`,
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-version': '13',
  };
  const asked = request(`${replica.httpUrl}/v1/events?${query}`, { headers }).end();
  const answer = await Promise.race([once(asked, 'response'), once(asked, 'upgrade')]);
  expect((answer as [IncomingMessage])[0].statusCode).toBe(400);
  asked.destroy();
});

test('used, invented and expired tickets are refused', async () => {
  const tickets = replica.app.get(Tickets, { strict: false });
  const used = await tickets.issue(token, 30);
  await (await WebSocketClient.connect(replica.httpUrl, { ticket: used })).close();
  const late = await tickets.issue(token, 1);
  await sleep(1_500);
  for (const ticket of [used, late, 'made-up', 'x'.repeat(5_000), '%00']) {
    const client = await RawClient.connect(replica.httpUrl);
    client.socket.write(upgradeRequest(`/v1/events?ticket=${ticket}`, {}));
    await client.ended;
    expect(client.status).toBe(ticket.length > 200 ? 400 : 401);
  }
});

/** Sends as fast as possible, until the server closes or all is sent. */
async function flood(client: RawClient, count: number, make: (turn: number) => Buffer): Promise<void> {
  for (let turn = 0; turn < count && client.socket.writable; turn += 100) {
    const part = Array.from({ length: Math.min(100, count - turn) }, (_, at) => make(turn + at));
    if (!client.socket.write(Buffer.concat(part))) {
      await Promise.race([new Promise((drained) => client.socket.once('drain', drained)), client.ended]);
    }
  }
}

/** The result: closed for its rate, or everything answered. */
const answersOf = (client: RawClient) =>
  client.frames
    .filter(({ opcode }) => opcode === text)
    .map(({ payload }) => JSON.parse(payload.toString()) as { type: string; code?: string });

test.each<[string, (turn: number) => Buffer]>([
  ['10,000 subscriptions', (turn) => json({ type: 'subscribe', channel: `order:${turn}` })],
  [
    '10,000 candidates',
    (turn) =>
      json({ type: 'rtc.signal', room: 'call:flood', peer: 'nobody', candidate: { candidate: `candidate:${turn}` } }),
  ],
  ['10,000 cancellations', () => json({ type: 'cancel', imageId: '0190b5a4-0000-7000-8000-000000000000' })],
  ['10,000 invalid messages', () => frame(text, '{')],
])('%s from one connection are refused or close it, without a growth of memory', async (_what, make) => {
  const before = await inUse();
  const client = await RawClient.upgraded(replica.httpUrl, token);
  await flood(client, 10_000, make);
  await eventually(() => expect(client.closeCode ?? answersOf(client).length).toBeGreaterThanOrEqual(1008), 30_000);
  expect(client.closeCode).toBe(1008);
  expect(answersOf(client).filter(({ type }) => type === 'subscribed').length).toBeLessThanOrEqual(32);
  client.socket.destroy();
  await client.ended;
  await eventually(async () => expect((await inUse()) - before).toBeLessThan(16 * mebibyte));
});

test('10,000 pings are answered or end the connection, and a million empty fragments take no memory', async () => {
  const before = await inUse();
  const pinging = await RawClient.upgraded(replica.httpUrl, token);
  await flood(pinging, 10_000, () => frame(ping, 'x'));
  const idle = await RawClient.upgraded(replica.httpUrl, token);
  const nothing = Buffer.concat(Array.from({ length: 1_000 }, () => frame(continuation, '', { fin: false })));
  idle.socket.write(frame(text, '', { fin: false }));
  await flood(idle, 100_000, () => nothing);
  await sleep(500);
  await eventually(async () => expect((await inUse()) - before).toBeLessThan(16 * mebibyte));
  for (const client of [pinging, idle]) client.socket.destroy();
});

test('500 connections that stop within a frame, handshake or message take only the memory of their bytes', async () => {
  const before = await inUse();
  const parts = [frame(text, '', { claimedSize: 60_000 }), frame(text, 'x'.repeat(1_000), { fin: false })];
  const halves = await Promise.all(
    Array.from({ length: 500 }, async (_, at) => {
      const client = at % 3 === 2 ? RawClient.connect(replica.httpUrl) : RawClient.upgraded(replica.httpUrl, token);
      const made = await client;
      made.socket.write(parts[at % 3] ?? 'GET /v1/events HTTP/1.1\r\nHost: x\r\n');
      return made;
    }),
  );
  await sleep(500);
  // The client ends of them are in this process too.
  await eventually(async () => expect((await inUse()) - before).toBeLessThan(64 * mebibyte));
  for (const client of halves) client.socket.destroy();
});
