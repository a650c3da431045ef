import { seeded } from './random.ts';

const first = (seed: number, count = 5) => {
  const random = seeded(seed);
  return Array.from({ length: count }, () => random.next());
};

test('the same seed gives the same numbers, another seed others', () => {
  expect(first(7)).toEqual(first(7));
  expect(first(7)).not.toEqual(first(8));
});

test('a branch does not depend on what was taken before', () => {
  const [fresh, used] = [seeded(7), seeded(7)];
  used.next();
  expect(used.branch('a').next()).toBe(fresh.branch('a').next());
  expect(used.branch('a').next()).not.toBe(fresh.branch('b').next());
});

test('both ends of a range come up, and nothing beyond', () => {
  const random = seeded(1);
  const seen = new Set(Array.from({ length: 500 }, () => random.between(2, 5)));
  expect([...seen].sort()).toEqual([2, 3, 4, 5]);
});
