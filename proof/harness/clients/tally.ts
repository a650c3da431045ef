/** Counts lost and duplicated events. Pure. */
export interface Tally {
  lost: number;
  duplicated: number;
  /** The first few of each, to look at. */
  missing: number[];
  repeated: number[];
}

const sample = 5;

/**
 * `after` is the last sequence number before listening; the default is the first one received.
 * `until` is the last one expected; the default is the highest one received. For the order see `isInOrder`.
 */
export function tally(received: readonly number[], { after, until }: { after?: number; until?: number } = {}): Tally {
  const seen = new Map<number, number>();
  for (const seq of received) seen.set(seq, (seen.get(seq) ?? 0) + 1);
  const first = after === undefined ? Math.min(...received) : after + 1;
  const last = until ?? Math.max(after ?? 0, ...received);
  const missing: number[] = [];
  for (let seq = first; seq <= last; seq += 1) if (!seen.has(seq)) missing.push(seq);
  const repeated = [...seen].filter(([, times]) => times > 1).map(([seq]) => seq);
  const duplicated = [...seen.values()].reduce((sum, times) => sum + times - 1, 0);
  return { lost: missing.length, duplicated, missing: missing.slice(0, sample), repeated: repeated.slice(0, sample) };
}

export const isInOrder = (received: readonly number[]): boolean =>
  received.every((seq, index) => index === 0 || seq > (received[index - 1] ?? 0));
