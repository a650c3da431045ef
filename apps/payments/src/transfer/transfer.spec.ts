import { decide, type TransferCommand, type Wallets } from './transfer';

const now = new Date('2026-01-01T00:00:00Z');
const command: TransferCommand = { id: 't1', from: 'alice', to: 'bob', amount: 100, currency: 'USD' };
const dollars = (balance: number) => ({ currency: 'USD', balance });
const both: Wallets = { sender: dollars(100), recipient: dollars(0) };

const given = (wallets: Wallets) => ({
  when: (transfer: TransferCommand) => ({
    then: (expected: object) => expect(decide(transfer, wallets, now)).toEqual(expected),
    thenThrows: (code: string) =>
      expect(() => decide(transfer, wallets, now)).toThrow(expect.objectContaining({ code })),
  }),
});

test('a transfer is allowed between wallets of its currency', () =>
  given(both)
    .when(command)
    .then({ ...command, createdAt: now }));

test('a transfer to oneself is refused', () =>
  given(both)
    .when({ ...command, to: 'alice' })
    .thenThrows('TRANSFER_TO_SELF'));

test('a transfer to an unknown recipient is refused', () =>
  given({ ...both, recipient: undefined })
    .when(command)
    .thenThrows('RECIPIENT_UNKNOWN'));

test('a transfer without a wallet is refused', () =>
  given({ ...both, sender: undefined })
    .when(command)
    .thenThrows('ACCOUNT_NOT_FOUND'));

test('a transfer in another currency is refused', () =>
  given(both)
    .when({ ...command, currency: 'EUR' })
    .thenThrows('CURRENCY_UNSUPPORTED'));

test('a transfer to a wallet of another currency is refused', () =>
  given({ ...both, recipient: { currency: 'EUR', balance: 0 } })
    .when(command)
    .thenThrows('CURRENCY_UNSUPPORTED'));

test('a transfer of more than the balance is refused', () =>
  given(both)
    .when({ ...command, amount: 101 })
    .thenThrows('INSUFFICIENT_FUNDS'));
