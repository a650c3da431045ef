import type { BankRequest } from '../bank';
import { balanceOf, fieldsOf, outcomeOf, storedOutcomeOf } from './answer';

const request: BankRequest = {
  reference: 'ht-d-1',
  account: 'alice',
  amount: 1250,
  currency: 'USD',
  description: 'prints',
  expiresAt: new Date(),
};
const sent = fieldsOf(request);
const answered = { reference: 'ht-d-1', account: 'alice', amount: '1250', currency: 'USD', transactionId: 't-1' };
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
  test('is booked when the answer matches the request', () => {
    expect(outcomeOf(sent, { fields: answered })).toEqual(booked);
  });

  test.each([
    ['reference', 'ht-d-2'],
    ['account', 'bob'],
    ['amount', '12500'],
    ['currency', 'EUR'],
    ['transactionId', ''],
  ])('is unknown when the answer has another %s', (name, text) => {
    expect(thrownBy(() => outcomeOf(sent, { fields: { ...answered, [name]: text } }))).toEqual(unknown);
  });

  test.each(['INSUFFICIENT_FUNDS', 'ACCOUNT_UNKNOWN', 'CURRENCY_UNSUPPORTED', 'AMOUNT_INVALID'])(
    'is refused by %s',
    (code) => {
      expect(outcomeOf(sent, fault(code))).toEqual({ state: 'refused', code, message: 'no' });
    },
  );

  test.each(['SECURITY_REPLAY', 'REFERENCE_REUSED', 'INTERNAL', ''])('is unknown after fault %p', (code) => {
    expect(thrownBy(() => outcomeOf(sent, fault(code)))).toEqual(unknown);
  });
});

describe('a reference', () => {
  const found = (more: object) => storedOutcomeOf('ht-d-1', { fields: { ...answered, ...more } });

  test('has the outcome that the bank stored', () => {
    expect(found({ state: 'booked' })).toEqual(booked);
    expect(found({ state: 'refused', refusal: 'INSUFFICIENT_FUNDS' })).toMatchObject({
      state: 'refused',
      code: 'INSUFFICIENT_FUNDS',
    });
  });

  test('is unknown to the bank only by its fault TRANSACTION_UNKNOWN', () => {
    expect(storedOutcomeOf('ht-d-1', fault('TRANSACTION_UNKNOWN'))).toBeUndefined();
    expect(thrownBy(() => storedOutcomeOf('ht-d-1', fault('ACCOUNT_UNKNOWN')))).toEqual(unknown);
    expect(thrownBy(() => found({ state: 'waiting' }))).toEqual(unknown);
    expect(thrownBy(() => found({ state: 'booked', reference: 'ht-d-2' }))).toEqual(unknown);
  });
});

test('a balance is a whole number of minor units, of the requested account', () => {
  expect(balanceOf('alice', { fields: { account: 'alice', balance: '500000' } })).toBe(500_000);
  expect(thrownBy(() => balanceOf('bob', { fields: { account: 'alice', balance: '1' } }))).toEqual(unknown);
  expect(thrownBy(() => balanceOf('alice', { fields: { account: 'alice', balance: '1.5' } }))).toEqual(unknown);
  expect(thrownBy(() => balanceOf('alice', fault('ACCOUNT_UNKNOWN')))).toEqual(unknown);
});
