import { randomUUID } from 'node:crypto';
import { channelOf } from '@halftone/contracts';
import { engines, eventually, testToken } from '@halftone/testing';
import { cursorOf, type Position, positionOf } from './fanout/cursor';
import { poll, type ServerMessage, SseClient, WebSocketClient } from './fixture/clients.fixture';
import { FeedWriter, someCustomer } from './fixture/feed.fixture';
import { bootReplica } from './fixture/replica.fixture';

const { brokers } = engines();
const room = `call:${randomUUID()}`;
const [customer, other] = [someCustomer(), someCustomer()];
let feed: FeedWriter;
let replica: Awaited<ReturnType<typeof boot>>;
let token: string;
let socket: WebSocketClient;

const boot = () => bootReplica({ REALTIME_FEED_TOPIC: feed.topic });

beforeAll(async () => {
  feed = await FeedWriter.open(brokers);
  [replica, token] = await Promise.all([boot(), testToken(customer)]);
  socket = await WebSocketClient.connect(replica.httpUrl, { token });
  socket.send({ type: 'rtc.join', room });
  await eventually(() => expect(socket.of('rtc.joined')).toHaveLength(1));
});
afterAll(async () => {
  await socket.close();
  await replica.stop();
  await feed.close();
});

/** What the connection is told about one message; that it is still good afterwards is part of it. */
async function answersTo(message: object | string): Promise<ServerMessage[]> {
  const before = socket.messages.length;
  socket.send(message);
  socket.send({ type: 'ping' });
  await eventually(() => expect(socket.messages.slice(before).at(-1)).toEqual({ type: 'pong' }));
  return socket.messages.slice(before, -1);
}

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const signal = (description: string) =>
  `{"type":"rtc.signal","room":"${room}","peer":"p","description":{"a":${description}}}`;

test.each<[string, object | string, string]>([
  ['nothing', '', 'MALFORMED_JSON'],
  ['half an object', '{"type":"ping"', 'MALFORMED_JSON'],
  ['two objects', '{"type":"ping"}{"type":"ping"}', 'MALFORMED_JSON'],
  ['a byte order mark', '\ufeff{"type":"ping"}', 'MALFORMED_JSON'],
  ['null', 'null', 'VALIDATION_FAILED'],
  ['a list', '[{"type":"ping"}]', 'VALIDATION_FAILED'],
  ['a number of 400 digits', '9'.repeat(400), 'VALIDATION_FAILED'],
  ['30,000 lists in each other', nested(30_000), 'VALIDATION_FAILED'],
  ['no type', '{}', 'VALIDATION_FAILED'],
  ['a type of another type', '{"type":["ping"]}', 'VALIDATION_FAILED'],
  ['a type that objects have by birth', '{"type":"constructor"}', 'VALIDATION_FAILED'],
  ['a type of the server', '{"type":"goodbye","reconnectInMs":0}', 'VALIDATION_FAILED'],
  ['a field too many', '{"type":"ping","cursor":"x"}', 'VALIDATION_FAILED'],
  ['a prototype', '{"type":"subscribe","__proto__":{"channel":"customer:bob"}}', 'VALIDATION_FAILED'],
  ['the same key twice, the last of which is wrong', '{"type":"ping","type":"pong"}', 'VALIDATION_FAILED'],
  ['a channel that is a number', '{"type":"subscribe","channel":7}', 'VALIDATION_FAILED'],
  ['a channel of nothing', '{"type":"subscribe","channel":""}', 'VALIDATION_FAILED'],
  ['a channel of 161 characters', { type: 'subscribe', channel: 'o'.repeat(161) }, 'VALIDATION_FAILED'],
  ['a channel with half a character', '{"type":"subscribe","channel":"order:\\ud800"}', 'VALIDATION_FAILED'],
  ['a channel with a line break', { type: 'subscribe', channel: 'order:1\n' }, 'VALIDATION_FAILED'],
  ['somebody else', { type: 'subscribe', channel: `customer:${other}` }, 'FORBIDDEN'],
  ['17 types', { type: 'subscribe', types: Array.from({ length: 17 }, () => 'order.paid') }, 'VALIDATION_FAILED'],
  ['a type with a line break', { type: 'subscribe', types: ['a\nb'] }, 'VALIDATION_FAILED'],
  ['a cursor of 201 characters', { type: 'subscribe', cursor: 'A'.repeat(201) }, 'VALIDATION_FAILED'],
  ['a snapshot from a cursor on', { type: 'subscribe', cursor: 'earliest', snapshot: true }, 'VALIDATION_FAILED'],
  [
    'a seq beyond what is exact',
    '{"type":"chat.join","room":"support:a","after":9007199254740993}',
    'VALIDATION_FAILED',
  ],
  ['a seq without end', '{"type":"chat.join","room":"support:a","after":1e400}', 'VALIDATION_FAILED'],
  ['a seq below nothing', '{"type":"chat.join","room":"support:a","after":-1}', 'VALIDATION_FAILED'],
  ['an acknowledgement of nothing', { type: 'ack', channel: 'me', cursor: 'x' }, 'VALIDATION_FAILED'],
  ['an image that is none', { type: 'cancel', imageId: '1' }, 'VALIDATION_FAILED'],
  ['a token of 4,097 characters', { type: 'auth', token: 'x'.repeat(4_097) }, 'VALIDATION_FAILED'],
  ['a description that is a list', signal('1').replace('{"a":1}', '[]'), 'VALIDATION_FAILED'],
  ['a description of 15,000 lists in each other', signal(nested(15_000)), 'VALIDATION_FAILED'],
])('%s is one error, and the connection goes on', async (_what, message, code) => {
  expect(await answersTo(message)).toMatchObject([{ type: 'error', code }]);
});

test('binary frames are none of the JSON subprotocol', async () => {
  const before = socket.messages.length;
  socket.socket.send(Buffer.from('{"type":"ping"}'));
  await eventually(() => expect(socket.messages[before]).toMatchObject({ code: 'UNSUPPORTED_MEDIA_TYPE' }));
});

describe('cursors', () => {
  const channel = channelOf(customer);

  /** Where the client stands: with the right seal it is a good cursor. */
  const place = async (): Promise<Position> => {
    await feed.tell(customer, {});
    const { cursor } = await poll(replica.httpUrl, token, { cursor: 'earliest' });
    return positionOf(channel, cursor);
  };
  const unsealed = (cursor: string) => Buffer.from(cursor, 'base64url').subarray(12);

  /** Some of which only somebody with the key could make. */
  const cursors: [string, (at: Position) => string][] = [
    ['without a seal', (at) => unsealed(cursorOf(channel, at)).toString('base64url')],
    [
      'with a seal of zeros',
      (at) => Buffer.concat([Buffer.alloc(12), unsealed(cursorOf(channel, at))]).toString('base64url'),
    ],
    ["another customer's at the same place", (at) => cursorOf(channelOf(other), at)],
    ['of the gallery at the same place', (at) => cursorOf('gallery', at)],
    ['of a time that has not come', (at) => cursorOf(channel, { ...at, offset: 1_000_000 })],
    ['cut short', (at) => cursorOf(channel, at).slice(0, -1)],
  ];

  test('the place itself is a good one', async () => {
    expect(await poll(replica.httpUrl, token, { cursor: cursorOf(channel, await place()) })).toMatchObject({
      status: 200,
    });
  });

  test.each(cursors)('%s: refused by every transport', async (_what, make) => {
    const cursor = make(await place());
    const error = { type: 'error', code: 'CURSOR_INVALID', channel: 'me' };
    expect(await answersTo({ type: 'subscribe', cursor })).toMatchObject([error]);
    for (const wait of ['0', '30']) {
      expect(await poll(replica.httpUrl, token, { cursor, wait })).toMatchObject({
        status: 400,
        code: 'CURSOR_INVALID',
      });
    }
    expect((await SseClient.connect(replica.httpUrl, { token }, { cursor })).response.status).toBe(400);
    const back = await SseClient.connect(replica.httpUrl, { token }, {}, { 'last-event-id': cursor });
    expect(back.response.status).toBe(400);
  });
});
