import { decide, type TransferCommand, type Wallets } from './transfer';

const now = new Date('2026-01-01T00:00:00Z');
const command: TransferCommand = { id: 't1', from: 'alice', to: 'bob', amount: 100, currency: 'USD' };
const dollars = (balance: number) => ({ currency: 'USD', balance });
const both: Wallets = { sender: dollars(100), recipient: dollars(0) };

const given = (wallets: Wallets) => ({
  when: (asked: TransferCommand) => ({
    then: (expected: object) => expect(decide(asked, wallets, now)).toEqual(expected),
    thenThrows: (code: string) => expect(() => decide(asked, wallets, now)).toThrow(expect.objectContaining({ code })),
  }),
});

test('money moves', () =>
  given(both)
    .when(command)
    .then({ ...command, createdAt: now }));

test('not to oneself', () =>
  given(both)
    .when({ ...command, to: 'alice' })
    .thenThrows('TRANSFER_TO_SELF'));

test('not to nobody', () =>
  given({ ...both, recipient: undefined })
    .when(command)
    .thenThrows('RECIPIENT_UNKNOWN'));

test('not without a wallet', () =>
  given({ ...both, sender: undefined })
    .when(command)
    .thenThrows('ACCOUNT_NOT_FOUND'));

test('not in another currency', () =>
  given(both)
    .when({ ...command, currency: 'EUR' })
    .thenThrows('CURRENCY_UNSUPPORTED'));

test('not to a wallet of another currency', () =>
  given({ ...both, recipient: { currency: 'EUR', balance: 0 } })
    .when(command)
    .thenThrows('CURRENCY_UNSUPPORTED'));

test('not more than there is', () =>
  given(both)
    .when({ ...command, amount: 101 })
    .thenThrows('INSUFFICIENT_FUNDS'));
