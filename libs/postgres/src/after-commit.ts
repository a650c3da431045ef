const callbacks = new WeakMap<object, (() => void)[]>();

/**
 * Calls `callback` once the transaction has committed, and never after a rollback; for counting. The call may be lost
 * with the process, so nothing that matters to the business belongs here.
 */
export function afterCommit(tx: object, callback: () => void): void {
  const known = callbacks.get(tx);
  if (known) known.push(callback);
  else callbacks.set(tx, [callback]);
}

/** The callbacks that this transaction has registered. */
export const callbacksOf = (tx: object): readonly (() => void)[] => callbacks.get(tx) ?? [];
