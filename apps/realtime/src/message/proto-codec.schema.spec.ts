import { realtimeV1 } from '@halftone/contracts';
import type { ClientMessage } from './client-message.schema';
import { jsonCodec } from './json-codec.schema';
import { protoCodec } from './proto-codec.schema';
import type { ServerMessage } from './server-message';

const bytes = (message: Parameters<typeof realtimeV1.ClientMessage.fromPartial>[0]) =>
  Buffer.from(realtimeV1.ClientMessage.encode(realtimeV1.ClientMessage.fromPartial(message)).finish());

const room = 'support:alice';
const imageId = '01990000-0000-7000-8000-000000000001';

/** Equal messages in both subprotocols. */
const pairs: [object, Parameters<typeof bytes>[0]][] = [
  [{ type: 'subscribe' }, { subscribe: {} }],
  [
    { type: 'subscribe', channel: 'gallery', types: ['order.paid'], snapshot: true },
    { subscribe: { channel: 'gallery', types: ['order.paid'], snapshot: true } },
  ],
  [{ type: 'subscribe', channel: 'me', cursor: 'c' }, { subscribe: { cursor: 'c' } }],
  [{ type: 'unsubscribe', channel: 'order:1' }, { unsubscribe: { channel: 'order:1' } }],
  [{ type: 'resume' }, { resume: {} }],
  [{ type: 'ack', channel: 'me', cursor: 'c' }, { ack: { cursor: 'c' } }],
  [{ type: 'auth', token: 't' }, { auth: { token: 't' } }],
  [{ type: 'ping' }, { ping: {} }],
  [{ type: 'cancel', imageId }, { cancel: { imageId } }],
  [{ type: 'chat.join', room }, { chatJoin: { room } }],
  [{ type: 'chat.join', room, after: 7 }, { chatJoin: { room, after: 7 } }],
  [{ type: 'chat.leave', room }, { chatLeave: { room } }],
  [{ type: 'chat.send', room, text: 'hé', clientId: 'c' }, { chatSend: { room, text: 'hé', clientId: 'c' } }],
  [{ type: 'chat.typing', room }, { chatTyping: { room } }],
  [{ type: 'rtc.join', room }, { rtcJoin: { room } }],
  [{ type: 'rtc.leave', room }, { rtcLeave: { room } }],
  [
    { type: 'rtc.signal', room, peer: 'p', description: { type: 'offer', sdp: 'v=0' } },
    { rtcSignal: { room, peer: 'p', description: '{"type":"offer","sdp":"v=0"}', seq: 3 } },
  ],
  [{ type: 'rtc.signal', room, peer: 'p', candidate: null }, { rtcSignal: { room, peer: 'p', candidate: 'null' } }],
  [{ type: 'rtc.turn', room }, { rtcTurn: { room } }],
];

test.each(pairs)('%j decodes equally in both subprotocols', (json, wire) => {
  const message: ClientMessage = protoCodec.decode(bytes(wire), true);
  expect(message).toEqual(jsonCodec.decode(Buffer.from(JSON.stringify(json)), false));
});

test('every client message is in the pairs', () => {
  const fields = Object.keys(realtimeV1.ClientMessage.fromPartial({ ping: {} }));
  expect(new Set(pairs.flatMap(([, wire]) => Object.keys(wire)))).toEqual(new Set(fields));
});

test.each([
  ['text', Buffer.from('{"type":"ping"}'), false, 'UNSUPPORTED_MEDIA_TYPE'],
  ['garbage', Buffer.from('ffffffffffffffffffff', 'hex'), true, 'VALIDATION_FAILED'],
  ['a message cut off', bytes({ auth: { token: 'x'.repeat(100) } }).subarray(0, 50), true, 'VALIDATION_FAILED'],
  ['nothing', Buffer.alloc(0), true, 'VALIDATION_FAILED'],
  ['an unknown message', Buffer.from('fa0100', 'hex'), true, 'VALIDATION_FAILED'],
  ['two messages', Buffer.concat([bytes({ ping: {} }), bytes({ rtcTurn: { room } })]), true, 'VALIDATION_FAILED'],
  ['a field that is missing', bytes({ chatSend: { room } }), true, 'VALIDATION_FAILED'],
  ['an invalid field', bytes({ chatJoin: { room: 'x' } }), true, 'VALIDATION_FAILED'],
  ['a number that is too large', Buffer.from('42080affffffffffffffff7f', 'hex'), true, 'VALIDATION_FAILED'],
  [
    'a description that is not JSON',
    bytes({ rtcSignal: { room, peer: 'p', description: '{' } }),
    true,
    'VALIDATION_FAILED',
  ],
])('%s is refused', (_what, data, isBinary, code) => {
  expect(() => protoCodec.decode(data, isBinary)).toThrow(expect.objectContaining({ code }));
});

const time = '2026-01-01T00:00:00.000Z';
const answers: ServerMessage[] = [
  { type: 'subscribed', channel: 'me', cursor: 'c' },
  { type: 'unsubscribed', channel: 'me' },
  {
    type: 'snapshot',
    channel: 'me',
    cursor: 'c',
    events: [{ id: 'i', seq: 1, channel: 'customer:a', type: 't', subject: 's', time, data: { a: 1 } }],
  },
  { type: 'reset', channel: 'me', cursor: 'c' },
  { type: 'error', code: 'FORBIDDEN', message: 'no', channel: 'me', errors: [{ path: 'a', message: 'b' }] },
  { type: 'pong' },
  { type: 'goodbye', reconnectInMs: 5 },
  { type: 'session', id: null, resumed: [{ channel: 'me', cursor: 'c' }] },
  { type: 'expiring', inMs: 30_000 },
  { type: 'cancelling', imageId },
  { type: 'chat.joined', room, members: ['a'], lastSeq: 3 },
  { type: 'chat.message', room, id: 'i', seq: 3, from: 'a', text: 'hé', time, clientId: 'c' },
  { type: 'typing', room, customer: 'a' },
  { type: 'presence', room, customer: 'a', present: true },
  { type: 'rtc.joined', room, peer: 'p', peers: [], iceServers: [{ urls: ['stun:x'] }] },
  { type: 'rtc.peer', room, present: true, peer: 'p', customer: 'a', polite: true },
  { type: 'rtc.signal', room, peer: 'p', seq: 1, candidate: null },
  { type: 'rtc.servers', room, iceServers: [] },
];

/** The payload of a frame with one length byte. */
const received = (message: ServerMessage) => {
  const frame = protoCodec.encode(message);
  expect([frame[0], frame[1]]).toEqual([0x82, frame.length - 2]);
  return realtimeV1.ServerMessage.decode(frame.subarray(2));
};

test.each(answers)('$type has the same fields in protobuf and JSON', (message) => {
  const [first, ...others] = Object.entries(received(message)).filter(([, fields]) => fields !== undefined);
  expect(others).toEqual([]);
  const [field, fields] = first as [string, Record<string, unknown>];
  expect(field.toLowerCase()).toBe(message.type.replace('.', ''));
  for (const [name, value] of Object.entries(message)) {
    if (['string', 'number', 'boolean'].includes(typeof value) && !['type', 'time'].includes(name)) {
      expect(fields[name]).toBe(value);
    }
  }
});

test('nested fields are complete', () => {
  expect(received(answers[2] as ServerMessage).snapshot?.events).toEqual([
    { id: 'i', seq: 1, channel: 'customer:a', type: 't', subject: 's', time: new Date(time), data: '{"a":1}' },
  ]);
  expect(received(answers[16] as ServerMessage).rtcSignal).toMatchObject({ candidate: 'null', description: '' });
  expect(received(answers[11] as ServerMessage).chatMessage?.time).toEqual(new Date(time));
  expect(received(answers[4] as ServerMessage).error?.errors).toEqual([{ path: 'a', message: 'b' }]);
});

test('every server message has a test, except events, which are encoded once for all clients', () => {
  const fields = Object.keys(realtimeV1.ServerMessage.fromPartial({ pong: {} })).filter((field) => field !== 'event');
  expect(answers.map(({ type }) => type.replace('.', ''))).toEqual(fields.map((field) => field.toLowerCase()));
});
