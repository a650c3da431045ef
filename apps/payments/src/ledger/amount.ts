import { DomainError } from '@halftone/kernel';

/** Minor units; ten thousand million dollars in one go are a mistake. */
export const MAX_AMOUNT = 10 ** 12;

/** An amount that a customer asks to be moved. Throws VALIDATION_FAILED. */
export function askedAmount(amount: number): number {
  if (Number.isInteger(amount) && amount >= 1 && amount <= MAX_AMOUNT) return amount;
  const message = `must be a whole number from 1 to ${MAX_AMOUNT}`;
  throw new DomainError('VALIDATION_FAILED', `amount: ${message}`, [{ path: 'amount', message }]);
}
