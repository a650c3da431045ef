import {
  type Charge,
  decide,
  assertCaptured,
  open,
  type Payment,
  paymentToRetry,
  settle,
  type Wallet,
} from './payment';

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

test('a sufficient balance is captured', () =>
  given({ currency: 'USD', balance: 501 }).when(charge).then({ status: 'captured' }));

test('a balance of exactly the amount is captured', () =>
  given({ currency: 'USD', balance: 500 }).when(charge).then({ status: 'captured' }));

test('a lower balance is declined', () =>
  given({ currency: 'USD', balance: 499 }).when(charge).then({ status: 'declined', reason: 'INSUFFICIENT_FUNDS' }));

test('a wallet in another currency is declined', () =>
  given({ currency: 'EUR', balance: 10_000 })
    .when(charge)
    .then({ status: 'declined', reason: 'CURRENCY_UNSUPPORTED' }));

test('a missing wallet is declined', () =>
  given(undefined).when(charge).then({ status: 'declined', reason: 'ACCOUNT_NOT_FOUND' }));

test('a declined direct payment throws its reason', () => {
  const declined = decide(charge, { currency: 'USD', balance: 0 }, now);
  expect(() => assertCaptured(declined)).toThrow(expect.objectContaining({ code: 'INSUFFICIENT_FUNDS' }));
});

describe('a bank payment', () => {
  const pending = { ...charge, method: 'bank', createdAt: now, refunded: 0, status: 'pending' } as const;

  test('is pending until the bank has answered', () => {
    expect(open({ ...charge, method: 'bank' }, 'USD', now)).toEqual(pending);
  });

  test('in another currency is declined without the bank', () => {
    expect(open({ ...charge, method: 'bank', currency: 'EUR' }, 'USD', now)).toMatchObject({
      reason: 'CURRENCY_UNSUPPORTED',
    });
  });

  test('is captured when the bank has booked it', () => {
    expect(settle(pending, { state: 'booked' })).toEqual({ ...pending, status: 'captured' });
  });

  test.each([
    ['INSUFFICIENT_FUNDS', 'INSUFFICIENT_FUNDS'],
    ['ACCOUNT_UNKNOWN', 'ACCOUNT_NOT_FOUND'],
    ['CURRENCY_UNSUPPORTED', 'CURRENCY_UNSUPPORTED'],
    ['AMOUNT_INVALID', 'BANK_REFUSED'],
    ['an unknown code', 'BANK_REFUSED'],
    ['BANK_UNAVAILABLE', 'BANK_UNAVAILABLE'],
  ])('is declined after %s, with reason %s', (code, reason) => {
    const declined = settle(pending, { state: 'refused', code });
    expect(declined).toEqual({ ...pending, status: 'declined', reason });
  });
});

describe('an order', () => {
  const declined: Payment = { ...decide(charge, undefined, now), amount: 500 };
  const captured: Payment = { ...charge, createdAt: now, refunded: 0, status: 'captured' };

  test('with only declined payments can be paid', () => {
    expect(paymentToRetry('o1', [declined, { ...declined, id: 'p2' }])).toMatchObject({ id: 'p2', amount: 500 });
  });

  test.each<[string, Payment[], string]>([
    ['without a payment is unknown', [], 'ORDER_NOT_FOUND'],
    ['that is paid cannot be paid again', [declined, captured], 'ORDER_NOT_PAYABLE'],
    ['that was paid and refunded cannot be paid again', [{ ...captured, refunded: 500 }], 'ORDER_NOT_PAYABLE'],
    ['with a pending bank payment must wait', [declined, { ...captured, status: 'pending' }], 'PAYMENT_IN_PROGRESS'],
  ])('%s', (_, payments, code) => {
    expect(() => paymentToRetry('o1', payments)).toThrow(expect.objectContaining({ code }));
  });
});
