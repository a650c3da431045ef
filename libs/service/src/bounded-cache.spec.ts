import { BoundedCache } from './bounded-cache';

const later = { bytes: 100, expires: 1_000 };
/** The size for this many entries of 100 bytes; each needs 250 more. */
const sizeFor = (count: number) => count * 350;

/** A deterministic sequence (Park and Miller). */
function numbers(): () => number {
  let seed = 42;
  return () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** The hit rate per round when `count` keys come in turn, after ten rounds. */
function hitRate(count: number, capacity: number): number {
  const cache = new BoundedCache<number>({ maxBytes: sizeFor(capacity), random: numbers() });
  let hits = 0;
  for (let round = 0; round < 20; round += 1) {
    for (let key = 0; key < count; key += 1) {
      if (cache.get(`key ${key}`, 0) !== undefined) hits += round < 10 ? 0 : 1;
      else cache.set(`key ${key}`, key, later);
    }
  }
  return hits / (count * 10);
}

test('returns a value until it expires', () => {
  const cache = new BoundedCache<string>({ maxBytes: 10_000 });
  cache.set('a', 'A', later);
  expect([cache.get('a', 999), cache.get('b', 999)]).toEqual(['A', undefined]);
  expect(cache.get('a', 1_000)).toBeUndefined();
  expect([cache.size, cache.bytes]).toEqual([0, 0]);
});

test('one key more than fits costs few hits; LRU and FIFO would have none', () => {
  expect(hitRate(1_001, 1_000)).toBeGreaterThan(0.95);
});

test('the hit rate falls with the share of keys that fit', () => {
  const shares = [1_000, 1_250, 2_000, 4_000].map((count) => hitRate(count, 1_000));
  expect(shares[0]).toBe(1);
  expect(shares[1]).toBeGreaterThan(0.5);
  expect(shares[2]).toBeGreaterThan(0.15);
  expect(shares).toEqual(shares.toSorted((a, b) => b - a));
});

test('never exceeds its limit, whatever is set and deleted', () => {
  const random = numbers();
  const cache = new BoundedCache<number>({ maxBytes: 20_000, random });
  const expected = new Map<string, number>();
  for (let step = 0; step < 20_000; step += 1) {
    const key = `key ${Math.floor(random() * 200)}`;
    if (random() < 0.2) {
      cache.delete(key);
      expected.delete(key);
    } else {
      cache.set(key, step, { bytes: Math.floor(random() * 2_000), expires: 1_000 });
      expected.set(key, step);
    }
    expect(cache.bytes).toBeLessThanOrEqual(20_000);
    const found = cache.get(key, 0);
    expect(found === undefined || found === expected.get(key)).toBe(true);
  }
  for (const key of expected.keys()) cache.delete(key);
  expect([cache.size, cache.bytes]).toEqual([0, 0]);
});

test('setting a key again counts once', () => {
  const cache = new BoundedCache<string>({ maxBytes: 10_000 });
  cache.set('a', 'A', later);
  cache.set('a', 'B', later);
  expect([cache.get('a', 0), cache.size, cache.bytes]).toEqual(['B', 1, 350]);
});

test('a value larger than the cache is not stored and evicts nothing', () => {
  const cache = new BoundedCache<string>({ maxBytes: sizeFor(1) });
  cache.set('a', 'A', later);
  cache.set('large', 'B', { bytes: 10_000, expires: 1_000 });
  expect([cache.get('a', 0), cache.get('large', 0)]).toEqual(['A', undefined]);
});
