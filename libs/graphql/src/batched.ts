import { type CallContext, currentCall } from '@halftone/service';
import DataLoader from 'dataloader';

/**
 * Combines the single lookups of a request into one query.
 *
 * Keys requested in the same turn go to `batch` together, each only once per request. The results live as long as the
 * call context, so no caller sees what another was allowed to read. A key without a result is null.
 */
export function batched<K, V>(
  batch: (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>,
): (key: K) => Promise<V | null> {
  const loaders = new WeakMap<CallContext, DataLoader<K, V | null>>();

  const loaderOf = (call: CallContext) => {
    const known = loaders.get(call) ?? new DataLoader<K, V | null>((keys) => answers(batch, keys));
    loaders.set(call, known);
    return known;
  };

  return (key) => {
    const call = currentCall();
    if (!call) throw new Error('batched() requires a call context; see runInCall()');
    return loaderOf(call).load(key);
  };
}

/** DataLoader requires one result per key, in the order of the keys. */
async function answers<K, V>(
  batch: (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>,
  keys: readonly K[],
): Promise<(V | null)[]> {
  const found = await batch(keys);
  return keys.map((key) => found.get(key) ?? null);
}
