import type { BankRequest } from '../bank';
import { balanceOf, foundAs, movementOf, outcomeOf } from './answer';

const request: BankRequest = {
  reference: 'ht-d-1',
  account: 'alice',
  amount: 1250,
  currency: 'USD',
  description: 'prints',
  expiresAt: new Date(),
};
const asked = movementOf(request);
const said = { reference: 'ht-d-1', account: 'alice', amount: '1250', currency: 'USD', transactionId: 't-1' };
const booked = { state: 'booked', transactionId: 't-1' };
const fault = (code: string) => ({ refusal: { code, message: 'no' } });
const unknown = expect.objectContaining({ code: 'UNAVAILABLE' });
const thrownBy = (work: () => unknown) => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe('a debit or credit', () => {
  test('is booked when the answer is about this very request', () => {
    expect(outcomeOf(asked, { fields: said })).toEqual(booked);
  });

  test.each([
    ['reference', 'ht-d-2'],
    ['account', 'bob'],
    ['amount', '12500'],
    ['currency', 'EUR'],
    ['transactionId', ''],
  ])('is unknown when the answer says another %s', (name, text) => {
    expect(thrownBy(() => outcomeOf(asked, { fields: { ...said, [name]: text } }))).toEqual(unknown);
  });

  test.each(['INSUFFICIENT_FUNDS', 'ACCOUNT_UNKNOWN', 'CURRENCY_UNSUPPORTED', 'AMOUNT_INVALID'])(
    'is refused for good by %s',
    (code) => {
      expect(outcomeOf(asked, fault(code))).toEqual({ state: 'refused', code, message: 'no' });
    },
  );

  test.each(['SECURITY_REPLAY', 'REFERENCE_REUSED', 'INTERNAL', ''])('is unknown after fault %p', (code) => {
    expect(thrownBy(() => outcomeOf(asked, fault(code)))).toEqual(unknown);
  });
});

describe('a reference', () => {
  const found = (more: object) => foundAs('ht-d-1', { fields: { ...said, ...more } });

  test('is found as what the bank booked or refused', () => {
    expect(found({ state: 'booked' })).toEqual(booked);
    expect(found({ state: 'refused', refusal: 'INSUFFICIENT_FUNDS' })).toMatchObject({
      state: 'refused',
      code: 'INSUFFICIENT_FUNDS',
    });
  });

  test('is not found only when the bank says so', () => {
    expect(foundAs('ht-d-1', fault('TRANSACTION_UNKNOWN'))).toBeUndefined();
    expect(thrownBy(() => foundAs('ht-d-1', fault('ACCOUNT_UNKNOWN')))).toEqual(unknown);
    expect(thrownBy(() => found({ state: 'waiting' }))).toEqual(unknown);
    expect(thrownBy(() => found({ state: 'booked', reference: 'ht-d-2' }))).toEqual(unknown);
  });
});

test('a balance is a whole number of minor units of the account asked for', () => {
  expect(balanceOf('alice', { fields: { account: 'alice', balance: '500000' } })).toBe(500_000);
  expect(thrownBy(() => balanceOf('bob', { fields: { account: 'alice', balance: '1' } }))).toEqual(unknown);
  expect(thrownBy(() => balanceOf('alice', { fields: { account: 'alice', balance: '1.5' } }))).toEqual(unknown);
  expect(thrownBy(() => balanceOf('alice', fault('ACCOUNT_UNKNOWN')))).toEqual(unknown);
});
