type Callback = () => unknown;

const callbacks = new WeakMap<object, Callback[]>();

/**
 * Calls `callback` once the transaction has committed, and never after a rollback; for counting and failpoints. The
 * call may be lost with the process, so nothing that matters to the business belongs here. `Database.tx` waits for it.
 */
export function afterCommit(tx: object, callback: Callback): void {
  const known = callbacks.get(tx);
  if (known) known.push(callback);
  else callbacks.set(tx, [callback]);
}

/** The callbacks that this transaction has registered. */
export const callbacksOf = (tx: object): readonly Callback[] => callbacks.get(tx) ?? [];
