import { DomainError } from './errors';

/** Integer minor units (cents) and an ISO 4217 code. Exact up to 2^53 - 1; anything beyond is refused, never rounded. */
export interface Money {
  amount: number;
  currency: string;
}

/** Refuses fractions and anything a JSON number cannot hold exactly. */
export function minorUnits(amount: number): number {
  if (!Number.isSafeInteger(amount))
    throw new DomainError('VALIDATION_FAILED', `${amount} is no exact amount in minor units`);
  return amount;
}

export const sumMinor = (amounts: readonly number[]): number => amounts.reduce((a, b) => minorUnits(a + b), 0);

export const timesMinor = (amount: number, quantity: number): number => minorUnits(amount * quantity);
