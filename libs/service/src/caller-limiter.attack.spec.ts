import { CallerLimiter } from './caller-limiter';

const times = <R>(count: number, work: (index: number) => R) =>
  Array.from({ length: count }, (_, index) => work(index));

test('a caller beyond its concurrent requests is refused, another is not', () => {
  const limiter = new CallerLimiter(20, 100);
  const answers = times(150, () => limiter.enter('alice', {}, 0));
  expect(answers.filter(({ refused }) => refused === 'at once')).toHaveLength(130);
  expect(limiter.enter('bob', {}, 0)).toEqual({});
  limiter.leave('alice');
  expect(limiter.enter('alice', {}, 0)).toEqual({});
  expect(limiter.enter('alice', {}, 0)).toMatchObject({ refused: 'at once' });
});

test('a caller beyond its rate is refused: a burst of two seconds, then the rate', () => {
  const limiter = new CallerLimiter(20, 100);
  const ask = (now: number) => {
    const { refused } = limiter.enter('alice', {}, now);
    if (!refused) limiter.leave('alice');
    return !refused;
  };
  expect(times(1_000, () => ask(0)).filter(Boolean)).toHaveLength(200);
  expect(limiter.enter('alice', {}, 0)).toEqual({ refused: 'per second', waitMs: 10 });
  expect(times(1_000, (index) => ask(1 + index)).filter(Boolean)).toHaveLength(100);
  expect(times(100, (index) => ask(5_000 + index * 10)).every(Boolean)).toBe(true);
});

test('a larger share raises both limits', () => {
  const limiter = new CallerLimiter(20, 100);
  expect(times(150, () => limiter.enter('olga', { share: 5 }, 0)).filter(({ refused }) => refused)).toHaveLength(50);
});

test('a heavier request counts as several per second', () => {
  const limiter = new CallerLimiter(1_000, 100);
  const heavy = times(150, () => limiter.enter('alice', { weight: 5 }, 0));
  expect(heavy.filter(({ refused }) => !refused)).toHaveLength(40);
  expect(limiter.enter('alice', { weight: 5 }, 49)).toMatchObject({ refused: 'per second' });
  expect(limiter.enter('alice', { weight: 5 }, 50)).toEqual({});
});

test('idle callers are removed, so many of them need little memory', () => {
  const limiter = new CallerLimiter(20, 100);
  limiter.enter('busy', {}, 0);
  for (let index = 0; index < 50_000; index += 1) {
    limiter.enter(`customer-${index}`, {}, index);
    limiter.leave(`customer-${index}`);
  }
  expect(limiter.size).toBeLessThanOrEqual(10_001);
  times(19, () => limiter.enter('busy', {}, 60_000));
  expect(limiter.enter('busy', {}, 60_000)).toMatchObject({ refused: 'at once' });
});
