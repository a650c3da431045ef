import { DomainError } from '@halftone/kernel';
import type { BankOutcome, BankRequest } from '../bank';

/** The texts of an operation's elements by their names, as they stand in a Body whose signature held. */
export type Fields = Readonly<Record<string, string>>;

/** A fault that the bank signed: its stable code, and its words. */
export interface Refusal {
  code: string;
  message: string;
}

export type Answer = { fields: Fields } | { refusal: Refusal };

/** What the bank stores under the reference; any other fault says nothing about what became of it. */
const stored = ['INSUFFICIENT_FUNDS', 'ACCOUNT_UNKNOWN', 'CURRENCY_UNSUPPORTED', 'AMOUNT_INVALID'];

export const movementOf = ({ reference, account, amount, currency, description }: BankRequest): Fields => ({
  reference,
  account,
  amount: String(amount),
  currency,
  description,
});

/** Of a debit or a credit. Throws UNAVAILABLE when the answer is about another one: then nobody knows what became of this. */
export function outcomeOf(asked: Fields, answer: Answer): BankOutcome {
  if ('refusal' in answer) {
    const { code, message } = answer.refusal;
    if (!stored.includes(code)) throw unexpected(answer.refusal);
    return { state: 'refused', code, message };
  }
  insistOnEcho(asked, answer.fields, ['reference', 'account', 'amount', 'currency']);
  return { state: 'booked', transactionId: partOf(answer.fields, 'transactionId') };
}

/** Of GetTransaction; a reference that was refused was kept as such. */
export function foundAs(reference: string, answer: Answer): BankOutcome | undefined {
  if ('refusal' in answer) {
    if (answer.refusal.code === 'TRANSACTION_UNKNOWN') return undefined;
    throw unexpected(answer.refusal);
  }
  const { fields } = answer;
  insistOnEcho({ reference }, fields, ['reference']);
  switch (fields['state']) {
    case 'booked':
      return { state: 'booked', transactionId: partOf(fields, 'transactionId') };
    case 'refused':
      return { state: 'refused', code: partOf(fields, 'refusal'), message: 'The bank refused' };
    default:
      throw unbelievable('it is in no state');
  }
}

/** Of GetBalance. */
export function balanceOf(account: string, answer: Answer): number {
  if ('refusal' in answer) throw unexpected(answer.refusal);
  insistOnEcho({ account }, answer.fields, ['account']);
  const balance = Number(partOf(answer.fields, 'balance'));
  if (!Number.isSafeInteger(balance)) throw unbelievable('its balance is no whole number');
  return balance;
}

/** An answer that somebody kept and sent again is signed as well as a fresh one. */
function insistOnEcho(asked: Fields, said: Fields, names: readonly string[]): void {
  for (const name of names) if (said[name] !== asked[name]) throw unbelievable(`it is about another ${name}`);
}

function partOf(fields: Fields, name: string): string {
  const text = fields[name];
  if (!text) throw unbelievable(`it has no ${name}`);
  return text;
}

export const unbelievable = (why: string, cause?: unknown): DomainError =>
  new DomainError('UNAVAILABLE', `The bank's answer cannot be believed: ${why}`, [], { cause });

const unexpected = ({ code, message }: Refusal): DomainError =>
  new DomainError('UNAVAILABLE', `The bank answered ${code}: ${message}`);
