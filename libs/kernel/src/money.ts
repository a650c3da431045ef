import { DomainError } from './errors';

/** In minor units. An amount above ten billion (in a currency of hundredths) is a mistake. */
export const LARGEST_AMOUNT = 10 ** 12;

/**
 * An amount in integer minor units (cents). Throws VALIDATION_FAILED for a fraction and for a number above 2^53 - 1,
 * which JSON cannot hold exactly.
 */
export function minorUnits(amount: number): number {
  if (!Number.isSafeInteger(amount))
    throw new DomainError('VALIDATION_FAILED', `${amount} is not an exact amount in minor units`);
  return amount;
}

export const sumMinor = (amounts: readonly number[]): number => amounts.reduce((a, b) => minorUnits(a + b), 0);

export const timesMinor = (amount: number, quantity: number): number => minorUnits(amount * quantity);
