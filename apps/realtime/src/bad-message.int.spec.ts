import { randomUUID } from 'node:crypto';
import { channelOf } from '@halftone/contracts';
import { engines, eventually, testToken } from '@halftone/testing';
import { cursorOf, type Position, positionOf } from './feed/cursor';
import { poll, type ServerMessage, SseClient, WebSocketClient } from './fixture/clients.fixture';
import { FeedWriter, newCustomer } from './fixture/feed.fixture';
import { bootReplica } from './fixture/replica.fixture';

const { brokers } = engines();
const room = `call:${randomUUID()}`;
const [customer, other] = [newCustomer(), newCustomer()];
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

/** The answer to one message; also checks that the connection still works. */
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
  ['an empty message', '', 'MALFORMED_JSON'],
  ['half an object', '{"type":"ping"', 'MALFORMED_JSON'],
  ['two objects', '{"type":"ping"}{"type":"ping"}', 'MALFORMED_JSON'],
  ['a byte order mark', '\ufeff{"type":"ping"}', 'MALFORMED_JSON'],
  ['null', 'null', 'VALIDATION_FAILED'],
  ['a list', '[{"type":"ping"}]', 'VALIDATION_FAILED'],
  ['a number of 400 digits', '9'.repeat(400), 'VALIDATION_FAILED'],
  ['30,000 nested lists', nested(30_000), 'VALIDATION_FAILED'],
  ['no type', '{}', 'VALIDATION_FAILED'],
  ['a type that is a list', '{"type":["ping"]}', 'VALIDATION_FAILED'],
  ['a type that is a property of every object', '{"type":"constructor"}', 'VALIDATION_FAILED'],
  ['a server message', '{"type":"goodbye","reconnectInMs":0}', 'VALIDATION_FAILED'],
  ['an unknown field', '{"type":"ping","cursor":"x"}', 'VALIDATION_FAILED'],
  ['a prototype', '{"type":"subscribe","__proto__":{"channel":"customer:bob"}}', 'VALIDATION_FAILED'],
  ['a repeated key with a wrong last value', '{"type":"ping","type":"pong"}', 'VALIDATION_FAILED'],
  ['a channel that is a number', '{"type":"subscribe","channel":7}', 'VALIDATION_FAILED'],
  ['an empty channel', '{"type":"subscribe","channel":""}', 'VALIDATION_FAILED'],
  ['a channel of 161 characters', { type: 'subscribe', channel: 'o'.repeat(161) }, 'VALIDATION_FAILED'],
  ['a channel with a lone surrogate', '{"type":"subscribe","channel":"order:\\ud800"}', 'VALIDATION_FAILED'],
  ['a channel with a line break', { type: 'subscribe', channel: 'order:1\n' }, 'VALIDATION_FAILED'],
  ["another customer's channel", { type: 'subscribe', channel: `customer:${other}` }, 'FORBIDDEN'],
  ['17 types', { type: 'subscribe', types: Array.from({ length: 17 }, () => 'order.paid') }, 'VALIDATION_FAILED'],
  ['a type that does not exist', { type: 'subscribe', types: ['order.paid', 'nope'] }, 'VALIDATION_FAILED'],
  ['a type with a line break', { type: 'subscribe', types: ['a\nb'] }, 'VALIDATION_FAILED'],
  ['a cursor of 201 characters', { type: 'subscribe', cursor: 'A'.repeat(201) }, 'VALIDATION_FAILED'],
  ['a snapshot with a cursor', { type: 'subscribe', cursor: 'earliest', snapshot: true }, 'VALIDATION_FAILED'],
  [
    'a seq beyond what is exact',
    '{"type":"chat.join","room":"support:a","after":9007199254740993}',
    'VALIDATION_FAILED',
  ],
  ['an infinite seq', '{"type":"chat.join","room":"support:a","after":1e400}', 'VALIDATION_FAILED'],
  ['a negative seq', '{"type":"chat.join","room":"support:a","after":-1}', 'VALIDATION_FAILED'],
  ['an ack without a subscription', { type: 'ack', channel: 'me', cursor: 'x' }, 'VALIDATION_FAILED'],
  ['an invalid image id', { type: 'cancel', imageId: '1' }, 'VALIDATION_FAILED'],
  ['a token of 4,097 characters', { type: 'auth', token: 'x'.repeat(4_097) }, 'VALIDATION_FAILED'],
  ['a description that is a list', signal('1').replace('{"a":1}', '[]'), 'VALIDATION_FAILED'],
  ['a description of 15,000 nested lists', signal(nested(15_000)), 'VALIDATION_FAILED'],
])('%s gets one error, and the connection stays open', async (_what, message, code) => {
  expect(await answersTo(message)).toMatchObject([{ type: 'error', code }]);
});

test('the JSON subprotocol refuses binary frames', async () => {
  const before = socket.messages.length;
  socket.socket.send(Buffer.from('{"type":"ping"}'));
  await eventually(() => expect(socket.messages[before]).toMatchObject({ code: 'UNSUPPORTED_MEDIA_TYPE' }));
});

describe('cursors', () => {
  const channel = channelOf(customer);

  /** The client's position: valid with the right signature. */
  const place = async (): Promise<Position> => {
    await feed.publish(customer, {});
    const { cursor } = await poll(replica.httpUrl, token, { cursor: 'earliest' });
    return positionOf(channel, cursor);
  };
  const withoutSignature = (cursor: string) => Buffer.from(cursor, 'base64url').subarray(12);

  /** Invalid cursors; some of them need the key. */
  const cursors: [string, (at: Position) => string][] = [
    ['without a signature', (at) => withoutSignature(cursorOf(channel, at)).toString('base64url')],
    [
      'with a seal of zeros',
      (at) => Buffer.concat([Buffer.alloc(12), withoutSignature(cursorOf(channel, at))]).toString('base64url'),
    ],
    ["another customer's at the same place", (at) => cursorOf(channelOf(other), at)],
    ['of the gallery at the same position', (at) => cursorOf('gallery', at)],
    ['beyond the end of the feed', (at) => cursorOf(channel, { ...at, offset: 1_000_000 })],
    ['cut short', (at) => cursorOf(channel, at).slice(0, -1)],
  ];

  test('the position itself is valid', async () => {
    expect(await poll(replica.httpUrl, token, { cursor: cursorOf(channel, await place()) })).toMatchObject({
      status: 200,
    });
  });

  test.each(cursors)('%s are refused by every transport', async (_what, make) => {
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
