/** Why the bank does not do what it is asked: a closed set, part of the WSDL's contract. */
export const refusals = {
  AMOUNT_INVALID: 'the amount must be a whole number of minor units from 1 to 1000000000000',
  ACCOUNT_UNKNOWN: 'there is no such account',
  CURRENCY_UNSUPPORTED: 'the account is held in another currency',
  INSUFFICIENT_FUNDS: 'the account holds less than that',
  REFERENCE_INVALID: 'a reference has 1 to 64 letters, digits, dots, hyphens or underscores',
  REFERENCE_REUSED: 'this reference belongs to another transaction',
  REQUEST_EXPIRED: 'the request was not booked before its time was over',
  TRANSACTION_UNKNOWN: 'there is no transaction of this reference',
} as const;

export type RefusalCode = keyof typeof refusals;

/** The bank understood and will not. */
export class BankRefusal extends Error {
  override readonly name = 'BankRefusal';

  constructor(readonly code: RefusalCode) {
    super(refusals[code]);
  }
}
