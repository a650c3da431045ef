import { SHOP } from '../account/account';
import { assertValid, decide, isSame, type Movement } from './transaction';

const debit: Movement = {
  kind: 'debit',
  reference: 'ht-d-1',
  account: 'alice',
  amount: 500,
  currency: 'USD',
  description: 'prints',
};
const now = new Date('2026-01-01T00:00:00Z');
const account = (id: string, balance: number, given = 0) => ({ id, currency: 'USD', balance, given });
const decided = (movement: Movement, balance = 500, given = 0) =>
  decide(movement, account('alice', balance, given), 'id', now);

test('an account can be debited to zero, not below', () => {
  expect(decided(debit).state).toBe('booked');
  expect(decided(debit, 499)).toMatchObject({ state: 'refused', refusal: 'INSUFFICIENT_FUNDS' });
});

test('a credit returns at most what the customer paid', () => {
  const credit: Movement = { ...debit, kind: 'credit' };
  expect(decided(credit, 0, 500).state).toBe('booked');
  expect(decided(credit, 0, 499)).toMatchObject({ refusal: 'INSUFFICIENT_FUNDS' });
});

test.each([
  ['an unknown account', { ...debit, account: 'mallory' }, undefined, 'ACCOUNT_UNKNOWN'],
  ["the shop's own account", { ...debit, account: SHOP }, account(SHOP, 500), 'ACCOUNT_UNKNOWN'],
  ['another currency', { ...debit, currency: 'EUR' }, account('alice', 500), 'CURRENCY_UNSUPPORTED'],
])('%s is refused', (_, movement, customer, refusal) => {
  expect(decide(movement, customer, 'id', now)).toMatchObject({ state: 'refused', refusal });
});

test.each([0, -1, 0.5, Number.NaN, 10 ** 12 + 1, 2 ** 60])('an amount of %p is invalid', (amount) => {
  expect(() => assertValid({ ...debit, amount })).toThrow(expect.objectContaining({ code: 'AMOUNT_INVALID' }));
});

test.each(['', 'a b', 'ü', 'x'.repeat(65), '../1'])('%p is not a valid reference', (reference) => {
  expect(() => assertValid({ ...debit, reference })).toThrow(expect.objectContaining({ code: 'REFERENCE_INVALID' }));
});

test('a repeated request is the same if its money is, even with another description', () => {
  const known = decided(debit);
  expect(isSame(known, { ...debit, description: 'another description' })).toBe(true);
  const others: Partial<Movement>[] = [{ amount: 501 }, { account: 'bob' }, { kind: 'credit' }, { currency: 'EUR' }];
  for (const other of others) expect(isSame(known, { ...debit, ...other })).toBe(false);
});
