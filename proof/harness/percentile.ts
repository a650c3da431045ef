/** The smallest value that at least this share of all is not above (nearest rank); of none there is none. */
export function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

/** In whole ms; 0 of none. */
export const percentileMs = (values: readonly number[], share: number): number =>
  Math.round(percentile(values, share) ?? 0);
