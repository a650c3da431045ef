import { realtimeV1 } from '@halftone/contracts';
import { type EncodedEvent, encodeFeedEvent, encodeEphemeral } from './encoded-event';
import { positionOf } from './cursor';
import { signCursorsWith } from './cursor-signature.service';

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

test('an event has the public fields, with the cursor as its id', () => {
  const { json } = encodeFeedEvent(paid, 4, 17, 0);
  const { id, ...rest } = JSON.parse(json);
  expect(positionOf(paid.channel, id)).toEqual({ seq: 3, partition: 4, offset: 17 });
  const { channel, seq, type, subject } = paid;
  expect(rest).toEqual({ channel, seq, type, subject, time: '2026-01-02T03:04:05.678Z', data: { total: 100 } });
});

test('each format is encoded once', () => {
  const event = encodeFeedEvent(paid, 4, 17, 0);
  expect(event.frame('json').toString('latin1')).toContain(`{"type":"event","event":${event.json}}`);
  expect(event.frame('sse').toString()).toBe(
    `id: ${JSON.parse(event.json).id}\nevent: order.paid\ndata: ${event.json}\n\n`,
  );
  for (const format of ['json', 'proto', 'sse'] as const) expect(event.frame(format)).toBe(event.frame(format));
});

test('the protobuf format has the same fields as the JSON', () => {
  const encoded = encodeFeedEvent(paid, 4, 17, 0);
  const frame = encoded.frame('proto');
  // FIN and binary opcode; the size is in the second byte or, from 126 on, in the next two.
  expect(frame[0]).toBe(0x82);
  const { event } = realtimeV1.ServerMessage.decode(frame.subarray(frame[1] === 126 ? 4 : 2));
  const { data, time, ...rest } = JSON.parse(encoded.json);
  expect(event).toEqual({ ...rest, time: new Date(time), data: JSON.stringify(data) });
});

test('an ephemeral event has no id to resume from', () => {
  const passing = encodeEphemeral({
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
])('a record with %s is invalid', (_what, flaw) => {
  expect(() => encodeFeedEvent({ ...paid, ...flaw }, 0, 0, 0)).toThrow();
});

/** The memory of the text, with one or two bytes per unit, and of the frames in UTF-8. */
const heldBy = (event: EncodedEvent) => {
  const text = /^[\0-\xff]*$/.test(event.json) ? event.json.length : 2 * event.json.length;
  return (['json', 'proto', 'sse'] as const).reduce((sum, format) => sum + event.frame(format).length, text);
};

test.each([
  ['Latin', 'x'],
  ['Chinese', '漢'],
  ['an emoji', '🖼'],
])('its weight covers its memory, in %s', (_what, letter) => {
  const data = JSON.stringify({ text: letter.repeat(10_000) });
  const event = encodeFeedEvent({ ...paid, data }, 4, 17, 0);
  expect(event.weight).toBeGreaterThanOrEqual(heldBy(event));
  expect(event.weight).toBeLessThan(2 * heldBy(event));
});
