/** Measurements and their summary. Pure. */
import { percentile } from '../harness/percentile.ts';

export interface Summary {
  median: number;
  min: number;
  max: number;
}

/** Throws if nothing was measured. */
export function percentileOf(values: readonly number[], share: number): number {
  const value = percentile(values, share);
  if (value === undefined) throw new Error('nothing was measured');
  return value;
}

const round = (value: number): number => Math.round(value * 100) / 100;

export const summary = (values: readonly number[]): Summary => ({
  median: round(percentileOf(values, 0.5)),
  min: round(Math.min(...values)),
  max: round(Math.max(...values)),
});

export interface Line {
  bench: string;
  case: string;
  unit: 'us' | 'ms' | 'ms/s' | 'MiB' | 'KiB' | '/s' | 'per order' | 'round trips' | 'connections' | 'ratio';
  ours: Summary & { p99?: number };
  /** How many were measured. */
  n: number;
  /** Messages that did not arrive. */
  lost?: number;
}

/** Ours beside the peers of the same run. */
export interface ComparedLine extends Line {
  peers: Record<string, Summary>;
  /** Ours ÷ peer. */
  ratio: Record<string, number>;
}

export const line = (
  bench: string,
  name: string,
  unit: Line['unit'],
  values: readonly number[],
  tail = false,
): Line => ({
  bench,
  case: name,
  unit,
  ours: { ...summary(values), ...(tail && { p99: round(percentileOf(values, 0.99)) }) },
  n: values.length,
});
