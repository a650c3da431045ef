import { type Charge, decide, insistOnCapture, open, type Payment, retriable, settle, type Wallet } from './payment';

const now = new Date('2026-01-01T00:00:00Z');
const charge: Charge = {
  id: 'p1',
  customer: 'alice',
  orderId: 'o1',
  method: 'wallet',
  amount: 500,
  currency: 'USD',
  description: 'order o1',
};

const given = (wallet: Wallet | undefined) => ({
  when: (command: Charge) => ({
    then: (outcome: object) =>
      expect(decide(command, wallet, now)).toEqual({ ...command, createdAt: now, refunded: 0, ...outcome }),
  }),
});

test('a wallet that holds enough pays', () =>
  given({ currency: 'USD', balance: 501 }).when(charge).then({ status: 'captured' }));

test('exactly enough is enough', () =>
  given({ currency: 'USD', balance: 500 }).when(charge).then({ status: 'captured' }));

test('less is declined', () =>
  given({ currency: 'USD', balance: 499 }).when(charge).then({ status: 'declined', reason: 'INSUFFICIENT_FUNDS' }));

test('another currency is declined, however much there is', () =>
  given({ currency: 'EUR', balance: 10_000 })
    .when(charge)
    .then({ status: 'declined', reason: 'CURRENCY_UNSUPPORTED' }));

test('no wallet is declined', () =>
  given(undefined).when(charge).then({ status: 'declined', reason: 'ACCOUNT_NOT_FOUND' }));

test('who pays directly is told the reason as an error', () => {
  const declined = decide(charge, { currency: 'USD', balance: 0 }, now);
  expect(() => insistOnCapture(declined)).toThrow(expect.objectContaining({ code: 'INSUFFICIENT_FUNDS' }));
});

describe('from the bank', () => {
  const pending = { ...charge, method: 'bank', createdAt: now, refunded: 0, status: 'pending' } as const;

  test('it is pending until the bank has answered', () => {
    expect(open({ ...charge, method: 'bank' }, 'USD', now)).toEqual(pending);
  });

  test('another currency is declined without asking', () => {
    expect(open({ ...charge, method: 'bank', currency: 'EUR' }, 'USD', now)).toMatchObject({
      reason: 'CURRENCY_UNSUPPORTED',
    });
  });

  test('what is booked is captured', () => {
    expect(settle(pending, { state: 'booked' })).toEqual({ ...pending, status: 'captured' });
  });

  test.each([
    ['INSUFFICIENT_FUNDS', 'INSUFFICIENT_FUNDS'],
    ['ACCOUNT_UNKNOWN', 'ACCOUNT_NOT_FOUND'],
    ['CURRENCY_UNSUPPORTED', 'CURRENCY_UNSUPPORTED'],
    ['AMOUNT_INVALID', 'BANK_REFUSED'],
    ['a word nobody knows', 'BANK_REFUSED'],
    ['BANK_UNAVAILABLE', 'BANK_UNAVAILABLE'],
  ])('%s is declined as %s', (code, reason) => {
    const declined = settle(pending, { state: 'refused', code });
    expect(declined).toEqual({ ...pending, status: 'declined', reason });
  });
});

describe('an order', () => {
  const declined: Payment = { ...decide(charge, undefined, now), amount: 500 };
  const captured: Payment = { ...charge, createdAt: now, refunded: 0, status: 'captured' };

  test('whose last payment was declined may be paid', () => {
    expect(retriable('o1', [declined, { ...declined, id: 'p2' }])).toMatchObject({ id: 'p2', amount: 500 });
  });

  test.each<[string, Payment[], string]>([
    ['without a payment is not known', [], 'ORDER_NOT_FOUND'],
    ['that is paid is not', [declined, captured], 'ORDER_NOT_PAYABLE'],
    ['that was paid and refunded is not', [{ ...captured, refunded: 500 }], 'ORDER_NOT_PAYABLE'],
    ['that the bank is asked about must wait', [declined, { ...captured, status: 'pending' }], 'PAYMENT_IN_PROGRESS'],
  ])('%s', (_, payments, code) => {
    expect(() => retriable('o1', payments)).toThrow(expect.objectContaining({ code }));
  });
});
