/** What the bank is asked to do: to take the amount from the account for the shop (debit), or to give it back (credit). */
export interface BankRequest {
  /** The bank books a reference once, ever: the same request again gets the same answer and moves nothing. */
  reference: string;
  /** Whose account; the shop's own is the bank's business. */
  account: string;
  /** Minor units. */
  amount: number;
  currency: string;
  description: string;
  /** After this (and what clocks may differ) the bank takes the message no more. Whoever sends it late sends nothing. */
  expiresAt: Date;
}

/** What the bank answered. It keeps both: a reference that was refused stays refused. */
export type BankOutcome =
  | { state: 'booked'; transactionId: string }
  /** `code` is the bank's word: INSUFFICIENT_FUNDS, ACCOUNT_UNKNOWN, CURRENCY_UNSUPPORTED, AMOUNT_INVALID. */
  | { state: 'refused'; code: string; message: string };

/**
 * The bank, as this service needs it. Every call ends within the deadline of the call it runs in.
 *
 * Throws BANK_UNAVAILABLE when the request was certainly not sent, and nothing else for that: an open breaker, a refused connection.
 * Throws DEADLINE_EXCEEDED or UNAVAILABLE when nobody knows whether the bank did it, which includes an answer that cannot be believed and
 * every fault that is no business refusal. `refused` is only what the bank has stored under the reference.
 */
export interface Bank {
  debit(request: BankRequest): Promise<BankOutcome>;
  credit(request: BankRequest): Promise<BankOutcome>;
  /** What became of a reference; undefined when the bank has booked and refused nothing under it so far. */
  find(reference: string): Promise<BankOutcome | undefined>;
  /** Minor units. */
  balance(account: string): Promise<number>;
}

/** What to ask Nest for. */
export const BANK = Symbol('BANK');
