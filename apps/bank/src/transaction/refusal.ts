/** Why the bank refuses a request: a closed set, part of the WSDL's contract. */
const refusals = {
  AMOUNT_INVALID: 'the amount must be a whole number of minor units from 1 to 1000000000000',
  ACCOUNT_UNKNOWN: 'there is no such account',
  CURRENCY_UNSUPPORTED: 'the account is held in another currency',
  INSUFFICIENT_FUNDS: 'the balance of the account is too low',
  REFERENCE_INVALID: 'a reference has 1 to 64 letters, digits, dots, hyphens or underscores',
  REFERENCE_REUSED: 'this reference belongs to another transaction',
  REQUEST_EXPIRED: 'the request expired before it was booked',
  TRANSACTION_UNKNOWN: 'there is no transaction with this reference',
} as const;

export type RefusalCode = keyof typeof refusals;

/** The request is valid, but the bank refuses it. */
export class BankRefusal extends Error {
  override readonly name = 'BankRefusal';

  constructor(readonly code: RefusalCode) {
    super(refusals[code]);
  }
}
