import { type Charge, decide, insistOnCapture, type Wallet } from './payment';

const now = new Date('2026-01-01T00:00:00Z');
const charge: Charge = {
  id: 'p1',
  customer: 'alice',
  orderId: 'o1',
  amount: 500,
  currency: 'USD',
  description: 'order o1',
};

const given = (wallet: Wallet | undefined) => ({
  when: (command: Charge) => ({
    then: (outcome: object) => expect(decide(command, wallet, now)).toEqual({ ...command, createdAt: now, ...outcome }),
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
