import { encodeFeedEvent, encodePassing } from './encoded-event';
import { positionOf } from './cursor';

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
  expect(positionOf(id)).toEqual({ seq: 3, partition: 4, offset: 17 });
  const { channel, seq, type, subject } = paid;
  expect(rest).toEqual({ channel, seq, type, subject, time: '2026-01-02T03:04:05.678Z', data: { total: 100 } });
});

test('each transport frames the same JSON, once', () => {
  const event = encodeFeedEvent(paid, 4, 17, 0);
  expect(event.wsFrame.toString('latin1')).toContain(`{"type":"event","event":${event.json}}`);
  expect(event.sseFrame.toString()).toBe(
    `id: ${JSON.parse(event.json).id}\nevent: order.paid\ndata: ${event.json}\n\n`,
  );
  expect(event.wsFrame).toBe(event.wsFrame);
  expect(event.sseFrame).toBe(event.sseFrame);
});

test('a passing event has no id that a client could resume from', () => {
  const passing = encodePassing({
    type: 'image.progress',
    subject: 'images/1',
    time: '2026-01-02T03:04:05.678Z',
    data: { progress: 5 },
  });
  expect(passing.sseFrame.toString()).toBe(
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
