/** A debit takes the amount from the account for the shop; a credit returns it. */
export interface BankRequest {
  /** The bank books a reference at most once: a repeated request gets the same answer and moves nothing. */
  reference: string;
  /** The customer's account; the bank knows the shop's own. */
  account: string;
  /** Minor units. */
  amount: number;
  currency: string;
  description: string;
  /** The bank rejects the message after this time plus the allowed clock skew. An expired request is not sent. */
  expiresAt: Date;
}

/** The bank's answer. The bank stores it: a refused reference stays refused. */
export type BankOutcome =
  | { state: 'booked'; transactionId: string }
  /** `code` is the bank's: INSUFFICIENT_FUNDS, ACCOUNT_UNKNOWN, CURRENCY_UNSUPPORTED, AMOUNT_INVALID. */
  | { state: 'refused'; code: string; message: string };

/**
 * The bank, as this service uses it. Every call ends within the deadline of the current call.
 *
 * Throws BANK_UNAVAILABLE only when the request was certainly not sent: the breaker is open or the connection was refused.
 * Throws DEADLINE_EXCEEDED or UNAVAILABLE when the outcome is unknown. An invalid answer and a technical fault count as unknown.
 * `refused` means that the bank has stored the refusal under the reference.
 */
export interface Bank {
  debit(request: BankRequest): Promise<BankOutcome>;
  credit(request: BankRequest): Promise<BankOutcome>;
  /** The stored outcome of a reference; undefined when the bank has none yet. */
  find(reference: string): Promise<BankOutcome | undefined>;
  /** Minor units. */
  balance(account: string): Promise<number>;
}

/** The injection token of the bank. */
export const BANK = Symbol('BANK');
