import { canNeverArrive, retryInMs, sentUntilOf, skewMs, take, type Waiting } from './operation';

const now = new Date('2026-01-01T00:00:00Z');
const at = (ms: number) => new Date(now.getTime() + ms);
const patience = { giveUpMs: 600_000 };

const waiting = (more: Partial<Waiting> = {}): Waiting => ({
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

test('whoever takes an operation has the next fence, and a message may live as long as the lease', () => {
  const held = take(waiting({ fence: 3, attempts: 2 }), 5_000, patience, now);
  expect(held).toMatchObject({ fence: 4, attempts: 3, leaseUntil: at(5_000), expiresAt: at(5_000) });
  expect(sentUntilOf(held)).toEqual(at(5_000));
});

test('a debit that is too old is not sent any more, and what the row says of messages stays', () => {
  const held = take(waiting({ sentUntil: at(-100) }), 5_000, patience, at(600_000));
  expect(held.expiresAt).toBeUndefined();
  expect(sentUntilOf(held)).toEqual(at(-100));
});

test('a credit is sent however old it is', () => {
  expect(take(waiting({ kind: 'credit' }), 5_000, patience, at(10 ** 9)).expiresAt).toBeDefined();
});

test.each([
  ['that was never sent', null, true],
  ['whose last message is alive', at(1_000), false],
  ['whose last message has expired, but by less than clocks may differ', at(-skewMs), false],
  ['whose last message has expired for longer', at(-skewMs - 1), true],
])('a message %s: nothing can arrive any more is %s', (_, sentUntil, never) => {
  expect(canNeverArrive(take(waiting({ sentUntil }), 1, { giveUpMs: 0 }, now))).toBe(never);
});

test('retries wait longer and longer, up to 5 s, and never all for the same time', () => {
  expect([1, 2, 3, 5, 20].map((attempts) => retryInMs(attempts, 1))).toEqual([250, 500, 1_000, 4_000, 5_000]);
  expect(retryInMs(20, 0)).toBe(2_500);
});
