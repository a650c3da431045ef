import { complaintAbout, growthMiB, type Seen } from './past-story.ts';

const whole = { clients: 20, told: 10_000, lost: 0, duplicated: 0, resets: 0 };
const latecomers: Seen = { about: 'latecomers', ...whole, behind: 1_000_000, seconds: 20 };
const neighbours: Seen = { about: 'neighbours', ...whole, before: { p50: 2, p99: 9 }, meanwhile: { p50: 5, p99: 90 } };
const memory: Seen = { about: 'memory', before: 100, firstHalf: 300, secondHalf: 300 + growthMiB };

test('each event once, and memory within its bound, is no complaint', () => {
  expect([latecomers, neighbours, memory].map(complaintAbout)).toEqual([undefined, undefined, undefined]);
});

test.each<[string, Seen]>([
  ['an event lost', { ...latecomers, lost: 1 }],
  ['an event twice', { ...neighbours, duplicated: 1 }],
  ['a reset', { ...latecomers, resets: 1 }],
  ['memory that grows', { ...memory, secondHalf: 301 + growthMiB }],
])('%s is one', (_, seen) => {
  expect(complaintAbout(seen)).toBeDefined();
});
