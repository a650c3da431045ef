import { lease, noMessageInTransit, retryInMs, sentUntilOf, skewMs, type WaitingOperation } from './operation';

const now = new Date('2026-01-01T00:00:00Z');
const at = (ms: number) => new Date(now.getTime() + ms);
const limits = { giveUpMs: 600_000 };

const waiting = (more: Partial<WaitingOperation> = {}): WaitingOperation => ({
  reference: 'ht-d-p1',
  kind: 'debit',
  paymentId: 'p1',
  refundId: null,
  customer: 'alice',
  amount: 700,
  currency: 'USD',
  description: 'a tip',
  claim: null,
  createdAt: now,
  fence: 0,
  attempts: 0,
  sentUntil: null,
  traceparent: null,
  ...more,
});

test('a lease raises the fence, and a message is valid as long as the lease', () => {
  const leased = lease(waiting({ fence: 3, attempts: 2 }), 5_000, limits, now);
  expect(leased).toMatchObject({ fence: 4, attempts: 3, leaseUntil: at(5_000), expiresAt: at(5_000) });
  expect(sentUntilOf(leased)).toEqual(at(5_000));
});

test('a debit that is too old is not sent again, and its recorded message expiry stays', () => {
  const leased = lease(waiting({ sentUntil: at(-100) }), 5_000, limits, at(600_000));
  expect(leased.expiresAt).toBeUndefined();
  expect(sentUntilOf(leased)).toEqual(at(-100));
});

test('a credit is sent at any age', () => {
  expect(lease(waiting({ kind: 'credit' }), 5_000, limits, at(10 ** 9)).expiresAt).toEqual(at(10 ** 9 + 5_000));
});

test.each([
  ['that was never sent', null, true],
  ['whose last message is still valid', at(1_000), false],
  ['whose last message has expired, but by less than the clock skew', at(-skewMs), false],
  ['whose last message has expired by more than the clock skew', at(-skewMs - 1), true],
])('an operation %s: no message in transit is %s', (_, sentUntil, none) => {
  expect(noMessageInTransit(lease(waiting({ sentUntil }), 1, { giveUpMs: 0 }, now))).toBe(none);
});

test('retry delays double up to 5 s, with jitter', () => {
  expect([1, 2, 3, 5, 20].map((attempts) => retryInMs(attempts, 1))).toEqual([250, 500, 1_000, 4_000, 5_000]);
  expect(retryInMs(20, 0)).toBe(2_500);
});
