/** What is run, and which of it `--only` selects. Pure. */
import { UsageError } from '@halftone/tools/terminal/usage-error.ts';

export interface Case {
  name: string;
  /** Orders that are being placed at the same time; the next one is placed when one of them is answered. */
  inFlight: number;
  /** Customers who order in turn, each with a WebSocket. */
  customers: number;
}

const usual = 16;

export const cases: readonly Case[] = [
  ...[1, 16, 64].map((inFlight) => ({ name: `in-flight-${inFlight}`, inFlight, customers: usual })),
  ...[1, 100].map((customers) => ({ name: `customers-${customers}`, inFlight: usual, customers })),
];

export function casesNamed(only: readonly string[]): readonly Case[] {
  const unknown = only.find((name) => cases.every((one) => one.name !== name));
  if (unknown)
    throw new UsageError(`orders has no case ${unknown}; there are ${cases.map(({ name }) => name).join(', ')}`);
  return only.length === 0 ? cases : cases.filter(({ name }) => only.includes(name));
}

/** As payments seeds them. */
export const customersOf = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `load-${index + 1}`);
