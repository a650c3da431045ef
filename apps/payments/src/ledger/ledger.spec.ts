import { LARGEST_AMOUNT } from '@halftone/kernel';
import { type Account, apply, validAmount, move, type Posting } from './ledger';

const wallet = (customer: string, balance: number, currency = 'USD'): Account => ({
  id: `wallet:${customer}`,
  customer,
  currency,
  balance,
});
const shop: Account = { id: 'shop:revenue', customer: null, currency: 'USD', balance: null };

const posting = (entries: Posting['entries']): Posting => ({ kind: 'transfer', reference: 'transfer:1', entries });
const balancesAfter = (entries: Posting['entries'], accounts: Account[]) =>
  Object.fromEntries(apply(posting(entries), accounts).map(({ id, balance }) => [id, balance]));

const refused = (code: string) => expect.objectContaining({ code });

test('a move takes from one account what it adds to the other', () => {
  const accounts = [wallet('alice', 100), wallet('bob', 5)];
  expect(balancesAfter(move(30, 'wallet:alice', 'wallet:bob'), accounts)).toEqual({
    'wallet:alice': 70,
    'wallet:bob': 35,
  });
});

test('a wallet may go down to zero', () => {
  expect(balancesAfter(move(100, 'wallet:alice', 'shop:revenue'), [wallet('alice', 100), shop])['wallet:alice']).toBe(
    0,
  );
});

test('a wallet never goes below zero', () => {
  expect(() => apply(posting(move(101, 'wallet:alice', 'shop:revenue')), [wallet('alice', 100), shop])).toThrow(
    refused('INSUFFICIENT_FUNDS'),
  );
});

test("the shop's accounts keep no balance, so they have no lower limit", () => {
  expect(balancesAfter(move(50, 'shop:revenue', 'wallet:alice'), [shop, wallet('alice', 0)])).toEqual({
    'shop:revenue': null,
    'wallet:alice': 50,
  });
});

test('several entries of one account are summed', () => {
  const entries = [...move(60, 'wallet:alice', 'wallet:bob'), ...move(60, 'wallet:bob', 'wallet:alice')];
  expect(balancesAfter(entries, [wallet('alice', 10), wallet('bob', 0)])).toEqual({
    'wallet:alice': 10,
    'wallet:bob': 0,
  });
});

test('apply returns only accounts with entries', () => {
  const accounts = [wallet('alice', 100), wallet('bob', 0), wallet('carol', 7)];
  expect(apply(posting(move(1, 'wallet:alice', 'wallet:bob')), accounts).map(({ id }) => id)).toEqual([
    'wallet:alice',
    'wallet:bob',
  ]);
});

describe('an invalid posting is refused', () => {
  const accounts = [wallet('alice', 100), wallet('bob', 100), wallet('emil', 100, 'EUR')];
  test.each([
    ['no entries', []],
    ['one entry', [{ account: 'wallet:alice', amount: 1 }]],
    [
      'entries that do not sum to zero',
      [...move(10, 'wallet:alice', 'wallet:bob'), { account: 'wallet:bob', amount: 1 }],
    ],
    ['an entry of zero', move(0, 'wallet:alice', 'wallet:bob')],
    ['an unknown account', move(1, 'wallet:alice', 'wallet:nobody')],
    ['two currencies', move(1, 'wallet:alice', 'wallet:emil')],
  ])('%s', (_, entries) => {
    expect(() => apply(posting(entries), accounts)).toThrow(refused('INTERNAL'));
  });

  test('a fraction of a cent', () => {
    expect(() => apply(posting(move(0.5, 'wallet:alice', 'wallet:bob')), accounts)).toThrow(
      refused('VALIDATION_FAILED'),
    );
  });
});

test.each([1, LARGEST_AMOUNT])('%d is an amount', (amount) => expect(validAmount(amount)).toBe(amount));

test.each([0, -1, 0.5, LARGEST_AMOUNT + 1, NaN])('%d is none', (amount) => {
  expect(() => validAmount(amount)).toThrow(
    expect.objectContaining({ code: 'VALIDATION_FAILED', details: [expect.objectContaining({ path: 'amount' })] }),
  );
});
