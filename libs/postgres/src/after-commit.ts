const waiting = new WeakMap<object, (() => void)[]>();

/**
 * Does this once the transaction is committed, and never if it is not: for counting what happened. May be lost with the process, so
 * nothing that matters to the business belongs here.
 */
export function afterCommit(tx: object, work: () => void): void {
  const known = waiting.get(tx);
  if (known) known.push(work);
  else waiting.set(tx, [work]);
}

/** What was asked for during this transaction. */
export const workAfter = (tx: object): readonly (() => void)[] => waiting.get(tx) ?? [];
