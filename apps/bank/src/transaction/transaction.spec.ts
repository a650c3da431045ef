import { decide, insistOnForm, isSame, type Movement, SHOP } from './transaction';

const debit: Movement = {
  kind: 'debit',
  reference: 'ht-d-1',
  account: 'alice',
  amount: 500,
  currency: 'USD',
  description: 'prints',
};
const now = new Date('2026-01-01T00:00:00Z');
const alice = (balance: number) => ({ id: 'alice', currency: 'USD', balance });
const shop = (balance: number) => ({ id: SHOP, currency: 'USD', balance });
const decided = (movement: Movement, customer = 500, owned = 0) =>
  decide(movement, { customer: alice(customer), shop: shop(owned) }, 'id', now);

test('an account pays up to its last cent and not beyond', () => {
  expect(decided(debit).state).toBe('booked');
  expect(decided(debit, 499)).toMatchObject({ state: 'refused', refusal: 'INSUFFICIENT_FUNDS' });
});

test('the shop gives back only what it has', () => {
  const credit: Movement = { ...debit, kind: 'credit' };
  expect(decided(credit, 0, 500).state).toBe('booked');
  expect(decided(credit, 0, 499)).toMatchObject({ refusal: 'INSUFFICIENT_FUNDS' });
});

test.each([
  ['an account that is not there', { ...debit, account: 'mallory' }, undefined, 'ACCOUNT_UNKNOWN'],
  ["the shop's own account", { ...debit, account: SHOP }, shop(500), 'ACCOUNT_UNKNOWN'],
  ['another currency', { ...debit, currency: 'EUR' }, alice(500), 'CURRENCY_UNSUPPORTED'],
])('%s is refused', (_, movement, customer, refusal) => {
  expect(decide(movement, { customer, shop: shop(0) }, 'id', now)).toMatchObject({ state: 'refused', refusal });
});

test.each([0, -1, 0.5, Number.NaN, 10 ** 12 + 1, 2 ** 60])('an amount of %p is no amount', (amount) => {
  expect(() => insistOnForm({ ...debit, amount })).toThrow(expect.objectContaining({ code: 'AMOUNT_INVALID' }));
});

test.each(['', 'a b', 'ü', 'x'.repeat(65), '../1'])('%p is no reference', (reference) => {
  expect(() => insistOnForm({ ...debit, reference })).toThrow(expect.objectContaining({ code: 'REFERENCE_INVALID' }));
});

test('the same reference means the same money, whatever the description', () => {
  const known = decided(debit);
  expect(isSame(known, { ...debit, description: 'other words' })).toBe(true);
  const others: Partial<Movement>[] = [{ amount: 501 }, { account: 'bob' }, { kind: 'credit' }, { currency: 'EUR' }];
  for (const other of others) expect(isSame(known, { ...debit, ...other })).toBe(false);
});
