import { complaintAbout, growthMiB, type Seen } from './past-verdict.ts';

const whole = { clients: 20, published: 10_000, lost: 0, duplicated: 0, resets: 0 };
const latecomers: Seen = { about: 'latecomers', ...whole, behind: 1_000_000, seconds: 20 };
const liveClients: Seen = {
  about: 'live clients',
  ...whole,
  before: { p50: 2, p99: 9 },
  meanwhile: { p50: 5, p99: 90 },
};
const memory: Seen = { about: 'memory', before: 100, firstHalf: 300, secondHalf: 300 + growthMiB };

test('each event once, and memory within its bound, is no complaint', () => {
  expect([latecomers, liveClients, memory].map(complaintAbout)).toEqual([undefined, undefined, undefined]);
});

const [notOnce, grows] = ['not every event came exactly once', 'it goes on growing'];

test.each<[string, Seen, string]>([
  ['an event lost', { ...latecomers, lost: 1 }, notOnce],
  ['an event twice', { ...liveClients, duplicated: 1 }, notOnce],
  ['a reset', { ...latecomers, resets: 1 }, notOnce],
  ['memory that grows', { ...memory, secondHalf: 301 + growthMiB }, grows],
])('%s is one', (_, seen, complaint) => {
  expect(complaintAbout(seen)).toBe(complaint);
});
