import { realtimeV1 } from '@halftone/contracts';
import { encodeFeedEvent, encodePassing } from './encoded-event';
import { positionOf } from './cursor';
import { signCursorsWith } from './cursor.seal';

signCursorsWith('a key of this spec');

const paid = {
  id: '01a',
  channel: 'customer:alice',
  seq: 3,
  type: 'order.paid',
  subject: 'orders/7',
  time: new Date('2026-01-02T03:04:05.678Z'),
  data: '{\n "total": 100 }',
};

test('the public shape, with the cursor as its id', () => {
  const { json } = encodeFeedEvent(paid, 4, 17, 0);
  const { id, ...rest } = JSON.parse(json);
  expect(positionOf(paid.channel, id)).toEqual({ seq: 3, partition: 4, offset: 17 });
  const { channel, seq, type, subject } = paid;
  expect(rest).toEqual({ channel, seq, type, subject, time: '2026-01-02T03:04:05.678Z', data: { total: 100 } });
});

test('each format frames the same event, once', () => {
  const event = encodeFeedEvent(paid, 4, 17, 0);
  expect(event.frame('json').toString('latin1')).toContain(`{"type":"event","event":${event.json}}`);
  expect(event.frame('sse').toString()).toBe(
    `id: ${JSON.parse(event.json).id}\nevent: order.paid\ndata: ${event.json}\n\n`,
  );
  for (const format of ['json', 'proto', 'sse'] as const) expect(event.frame(format)).toBe(event.frame(format));
});

test('the protobuf format says the same as the JSON', () => {
  const encoded = encodeFeedEvent(paid, 4, 17, 0);
  const frame = encoded.frame('proto');
  // FIN and binary; the size is in the second byte, or, from 126 on, in two more.
  expect(frame[0]).toBe(0x82);
  const { event } = realtimeV1.ServerMessage.decode(frame.subarray(frame[1] === 126 ? 4 : 2));
  const { data, time, ...rest } = JSON.parse(encoded.json);
  expect(event).toEqual({ ...rest, time: new Date(time), data: JSON.stringify(data) });
});

test('a passing event has no id that a client could resume from', () => {
  const passing = encodePassing({
    type: 'image.progress',
    subject: 'images/1',
    time: '2026-01-02T03:04:05.678Z',
    data: { progress: 5 },
  });
  expect(passing.frame('sse').toString()).toBe(
    'event: image.progress\ndata: {"type":"image.progress","subject":"images/1","time":"2026-01-02T03:04:05.678Z","data":{"progress":5}}\n\n',
  );
});

test.each([
  ['data that is not JSON', { data: '{' }],
  ['no channel', { channel: '' }],
  ['no seq', { seq: 0 }],
  ['no time', { time: undefined }],
])('%s cannot be shown', (_what, flaw) => {
  expect(() => encodeFeedEvent({ ...paid, ...flaw }, 0, 0, 0)).toThrow();
});
