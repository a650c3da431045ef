/** Lists the cases, and selects those of `--only`. Pure. */
import { UsageError } from '@halftone/tools/terminal/usage-error.ts';

export interface Case {
  name: string;
  /** Orders that are being placed at the same time; the next one is placed when one of them is answered. */
  inFlight: number;
  /** Customers who order in turn, each with a WebSocket. */
  customers: number;
  /** The next order is placed when the last notification of the one before has arrived. */
  lone: boolean;
}

/** Sixteen at a time by sixteen customers; the other cases change one of the two. */
export const usual: Case = { name: 'in-flight-16', inFlight: 16, customers: 16, lone: false };

const withInFlight = (inFlight: number): Case => ({ ...usual, name: `in-flight-${inFlight}`, inFlight });
const withCustomers = (customers: number): Case => ({ ...usual, name: `customers-${customers}`, customers });

export const cases: readonly Case[] = [
  { name: 'lone', inFlight: 1, customers: 1, lone: true },
  withInFlight(1),
  usual,
  withInFlight(64),
  withCustomers(1),
  withCustomers(100),
];

/** A quarter of the usual number is enough for the times of lone orders, which take long. */
const loneShare = 0.25;
/**
 * The limit program places more orders in a run: it is quick, and its run would else be over within a few ticks of the CPU clock.
 * Numbers are per order in any case.
 */
const limitFactor = 10;

export function ordersOf({ lone, inFlight }: Case, shop: 'ours' | 'limit', orders: number): number {
  if (lone) return Math.ceil(orders * loneShare);
  return shop === 'limit' && inFlight > 1 ? orders * limitFactor : orders;
}

export function casesNamed(only: readonly string[]): readonly Case[] {
  const unknown = only.find((name) => cases.every((one) => one.name !== name));
  if (unknown)
    throw new UsageError(`orders has no case ${unknown}; there are ${cases.map(({ name }) => name).join(', ')}`);
  return only.length === 0 ? cases : cases.filter(({ name }) => only.includes(name));
}

/** As payments seeds them. */
export const customersOf = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `load-${index + 1}`);
