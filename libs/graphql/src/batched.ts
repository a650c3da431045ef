import { type CallContext, currentCall } from '@halftone/service';
import DataLoader from 'dataloader';

/**
 * One query for all the things a request asks for one by one.
 *
 * Keys asked for in the same turn go to `batch` together, and each only once per request: the answers live exactly as
 * long as the call context, so nobody sees what another caller was allowed to read. A key without an answer is null.
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
    if (!call) throw new Error('batched() needs a call context; see runInCall()');
    return loaderOf(call).load(key);
  };
}

/** DataLoader wants one answer per key, in the order of the keys. */
async function answers<K, V>(
  batch: (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>,
  keys: readonly K[],
): Promise<(V | null)[]> {
  const found = await batch(keys);
  return keys.map((key) => found.get(key) ?? null);
}
