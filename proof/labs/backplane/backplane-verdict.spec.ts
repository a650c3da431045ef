import { complaintAbout, lessonOf, type ClientResult } from './backplane-verdict.ts';

const whole: ClientResult = {
  backplane: 'kafka',
  fault: 'replica',
  client: 'websocket 1',
  published: 100,
  lost: 0,
  duplicated: 0,
  resets: 0,
  arrived: true,
};
const lossy: ClientResult = { ...whole, backplane: 'redis', fault: 'redis', lost: 12, resets: 1 };

test('Kafka loses nothing, Redis nothing in silence', () => {
  expect([whole, lossy, { ...whole, backplane: 'redis' as const }].map(complaintAbout)).toEqual(
    Array(3).fill(undefined),
  );
});

test.each([
  ['an event lost with Kafka', { ...whole, lost: 1 }, '1 events lost, 0 resets'],
  ['a reset with Kafka', { ...whole, resets: 1 }, '0 events lost, 1 resets'],
  ['an event lost with Redis while Kafka was away', { ...lossy, fault: 'kafka' as const }, '12 events lost, 1 resets'],
  ['an event twice', { ...lossy, duplicated: 1 }, '1 events came twice'],
  ['a loss without a reset', { ...lossy, resets: 0 }, '12 events lost without a reset'],
  ['a client that receives no more', { ...whole, arrived: false }, 'the last event never came'],
])('%s is a complaint', (_, result, complaint) => {
  expect(complaintAbout(result)).toBe(complaint);
});

test('the lesson needs Kafka without a loss and Redis with one', () => {
  expect(lessonOf([whole, lossy])).toEqual({ ok: true, lost: { kafka: 0, redis: 12 } });
  expect(lessonOf([whole, { ...lossy, lost: 0 }]).ok).toBe(false);
  expect(lessonOf([{ ...whole, lost: 1 }, lossy]).ok).toBe(false);
  expect(lessonOf([]).ok).toBe(false);
});
