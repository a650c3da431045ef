import { DomainError } from '@halftone/kernel';

export type Role = 'customer' | 'operator';

export interface Customer {
  id: string;
  name: string;
  role: Role;
}

/** A customer as other people see one, with the wallet as only the customer does. */
export interface Member extends Customer {
  /** Minor units. */
  balance: number;
  currency: string;
}

export interface Credentials extends Customer {
  passwordHash: string;
}

/** Who is there from the start, and with how much in the wallet (minor units). */
export const seeds: readonly (Customer & { opening: number })[] = [
  { id: 'alice', name: 'Alice', role: 'customer', opening: 100_000 },
  { id: 'bob', name: 'Bob', role: 'customer', opening: 100_000 },
  { id: 'olga', name: 'Olga', role: 'operator', opening: 0 },
];

/** Who load tests order as: rich enough that money is never why an order fails, and nobody's demo customer becomes poor. */
export const loadSeeds = (count: number): (typeof seeds)[number][] =>
  Array.from({ length: count }, (_, index) => ({
    id: `load-${index + 1}`,
    name: `Load ${index + 1}`,
    role: 'customer',
    opening: 100_000_000,
  }));

/** One answer for an unknown customer and for a wrong password, so that nobody can find out who is a customer. */
export const wrongCredentials = (): DomainError =>
  new DomainError('WRONG_CREDENTIALS', 'unknown customer or wrong password');
