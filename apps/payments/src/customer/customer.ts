import { DomainError } from '@halftone/kernel';

export type Role = 'customer' | 'operator';

export interface Customer {
  id: string;
  name: string;
  role: Role;
}

/** A customer with the wallet's balance, which only that customer and operators may see. */
export interface CustomerWithBalance extends Customer {
  /** Minor units. */
  balance: number;
  currency: string;
}

export interface Credentials extends Customer {
  passwordHash: string;
}

/** The seeded customers and their opening balances in minor units. */
export const seeds: readonly (Customer & { opening: number })[] = [
  { id: 'alice', name: 'Alice', role: 'customer', opening: 100_000 },
  { id: 'bob', name: 'Bob', role: 'customer', opening: 100_000 },
  { id: 'olga', name: 'Olga', role: 'operator', opening: 0 },
];

/** Customers for load tests, with enough money that no order fails for lack of it. */
export const loadSeeds = (count: number): (typeof seeds)[number][] =>
  Array.from({ length: count }, (_, index) => ({
    id: `load-${index + 1}`,
    name: `Load ${index + 1}`,
    role: 'customer',
    opening: 100_000_000,
  }));

/** The same for an unknown customer and a wrong password, so that nobody can find out customer names. */
export const wrongCredentials = (): DomainError =>
  new DomainError('WRONG_CREDENTIALS', 'unknown customer or wrong password');
