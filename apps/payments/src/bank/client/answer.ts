import { DomainError } from '@halftone/kernel';
import type { BankOutcome, BankRequest } from '../bank';

/** The texts of an operation's elements by name, from a body whose signature was verified. */
export type Fields = Readonly<Record<string, string>>;

/** A fault that the bank signed: its stable code and its message. */
interface Refusal {
  code: string;
  message: string;
}

export type Answer = { fields: Fields } | { refusal: Refusal };

/** The refusals that the bank stores under the reference; after any other fault the outcome is unknown. */
const stored = ['INSUFFICIENT_FUNDS', 'ACCOUNT_UNKNOWN', 'CURRENCY_UNSUPPORTED', 'AMOUNT_INVALID'];

export const fieldsOf = ({ reference, account, amount, currency, description }: BankRequest): Fields => ({
  reference,
  account,
  amount: String(amount),
  currency,
  description,
});

/** The outcome of a debit or credit. Throws UNAVAILABLE when the answer does not match the request: then the outcome is unknown. */
export function outcomeOf(request: Fields, answer: Answer): BankOutcome {
  if ('refusal' in answer) {
    const { code, message } = answer.refusal;
    if (!stored.includes(code)) throw unexpectedFault(answer.refusal);
    return { state: 'refused', code, message };
  }
  assertEcho(request, answer.fields, ['reference', 'account', 'amount', 'currency']);
  return { state: 'booked', transactionId: fieldOf(answer.fields, 'transactionId') };
}

/** The stored outcome in an answer to GetTransaction; undefined when the bank does not know the reference. */
export function storedOutcomeOf(reference: string, answer: Answer): BankOutcome | undefined {
  if ('refusal' in answer) {
    if (answer.refusal.code === 'TRANSACTION_UNKNOWN') return undefined;
    throw unexpectedFault(answer.refusal);
  }
  const { fields } = answer;
  assertEcho({ reference }, fields, ['reference']);
  switch (fields['state']) {
    case 'booked':
      return { state: 'booked', transactionId: fieldOf(fields, 'transactionId') };
    case 'refused':
      return { state: 'refused', code: fieldOf(fields, 'refusal'), message: 'The bank refused' };
    default:
      throw invalidAnswer('it has no known state');
  }
}

/** The balance in an answer to GetBalance. */
export function balanceOf(account: string, answer: Answer): number {
  if ('refusal' in answer) throw unexpectedFault(answer.refusal);
  assertEcho({ account }, answer.fields, ['account']);
  const balance = Number(fieldOf(answer.fields, 'balance'));
  if (!Number.isSafeInteger(balance)) throw invalidAnswer('its balance is not a whole number');
  return balance;
}

/** A replayed answer has a valid signature too, so the answer must repeat the request's fields. */
function assertEcho(request: Fields, answer: Fields, names: readonly string[]): void {
  for (const name of names) if (answer[name] !== request[name]) throw invalidAnswer(`it has another ${name}`);
}

function fieldOf(fields: Fields, name: string): string {
  const text = fields[name];
  if (!text) throw invalidAnswer(`it has no ${name}`);
  return text;
}

export const invalidAnswer = (why: string, cause?: unknown): DomainError =>
  new DomainError('UNAVAILABLE', `The bank's answer is invalid: ${why}`, [], { cause });

const unexpectedFault = ({ code, message }: Refusal): DomainError =>
  new DomainError('UNAVAILABLE', `The bank answered ${code}: ${message}`);
