import { type Permission, everybody, operatorsOnly, signedOut } from './row';

export const ofBank = {
  // The shop's services are known by their certificate; the bank accepts no token.
  'bank.Debit': { at: ['SOAP Debit'], may: { anonymous: signedOut, saga: 'ok' } },
  'bank.Credit': { at: ['SOAP Credit'], may: { anonymous: signedOut, saga: 'ok' } },
  'bank.GetTransaction': { at: ['SOAP GetTransaction'], may: { anonymous: signedOut, saga: 'ok' } },
  'bank.GetBalance': { at: ['SOAP GetBalance'], may: { anonymous: signedOut, saga: 'ok' } },
  'bank.Describe': { at: ['REST GET bank/bank'], may: everybody },
  'bank.SetBehaviour': {
    at: ['REST GET bank/operator/behaviour', 'REST PUT bank/operator/behaviour'],
    may: operatorsOnly,
  },
  'bank.ListTransactions': { at: ['REST GET bank/operator/transactions'], may: operatorsOnly },
} as const satisfies Record<string, Permission>;
