import { TokenBucket } from './token-bucket';

test('allows a burst, then the rate', () => {
  const bucket = new TokenBucket(10, 3);
  expect([bucket.take(0), bucket.take(0), bucket.take(0)]).toEqual([0, 0, 0]);
  expect(bucket.take(0)).toBe(100);
  expect(bucket.take(60)).toBe(40);
  expect(bucket.take(100)).toBe(0);
  expect(bucket.take(100)).toBe(100);
});

test('never exceeds the burst after a long pause', () => {
  const bucket = new TokenBucket(10, 2);
  bucket.take(0);
  expect([bucket.take(60_000), bucket.take(60_000), bucket.take(60_000)]).toEqual([0, 0, 100]);
});

test('a refusal takes no tokens', () => {
  const bucket = new TokenBucket(1, 1);
  bucket.take(0);
  for (let at = 1; at < 1_000; at += 1) bucket.take(at);
  expect(bucket.take(1_000)).toBe(0);
});
