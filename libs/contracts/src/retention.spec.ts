import { days, deadLettersKept, inWords, topicConfigOf, topicsKept } from './retention';

const longestOnTopic = Math.max(...Object.values(topicsKept).map((kept) => kept.days)) + days.segment;

test('the inbox keeps an event longer than its dead letter can be replayed and the replay redelivered', () => {
  expect(days.inbox).toBeGreaterThan(deadLettersKept.days + days.segment + longestOnTopic);
});

test('a tombstone outlives its event on the topic', () => {
  expect(days.tombstones).toBeGreaterThan(longestOnTopic);
});

test('a dead letter outlives its event on the topic', () => {
  expect(deadLettersKept.days).toBeGreaterThan(longestOnTopic);
});

test('topicConfigOf gives milliseconds, inWords a text for people', () => {
  expect(topicConfigOf({ days: 7 })).toEqual({
    'cleanup.policy': 'delete',
    'retention.ms': '604800000',
    'segment.ms': '86400000',
  });
  expect(
    [
      { days: 7, why: '' },
      { until: 'noon', why: '' },
      { for: 'ever' as const, why: '' },
    ].map(inWords),
  ).toEqual(['7 days', 'until noon', 'forever']);
});
