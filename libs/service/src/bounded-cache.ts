interface Entry<V> {
  value: V;
  bytes: number;
  /** Epoch milliseconds. */
  expires: number;
  /** The index of its key. */
  at: number;
}

interface CacheOptions {
  maxBytes: number;
  /** A random number from 0 to 1; tests pass a deterministic one. */
  random?: () => number;
}

/** The overhead per entry, in addition to key and value. */
const ENTRY_BYTES = 250;

/**
 * Caches values until they expire, within a memory limit. When it is full it evicts a random entry. LRU would find
 * nothing when one key more than fits is used in turn; with random eviction the hit rate falls in proportion. Expired
 * values are not returned; they are removed on access or by eviction.
 */
export class BoundedCache<V> {
  private readonly entries = new Map<string, Entry<V>>();
  private readonly keys: string[] = [];
  private readonly maxBytes: number;
  private readonly random: () => number;
  private used = 0;

  constructor({ maxBytes, random = Math.random }: CacheOptions) {
    this.maxBytes = maxBytes;
    this.random = random;
  }

  /** An estimate. */
  get bytes(): number {
    return this.used;
  }

  get size(): number {
    return this.keys.length;
  }

  get(key: string, now: number = Date.now()): V | undefined {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    if (entry.expires > now) return entry.value;
    this.delete(key);
    return undefined;
  }

  /** `bytes` is the size of key and value. A value that would not fit into an empty cache is not stored. */
  set(key: string, value: V, { bytes, expires }: { bytes: number; expires: number }): void {
    this.delete(key);
    const needed = bytes + ENTRY_BYTES;
    if (needed > this.maxBytes) return;
    while (this.used + needed > this.maxBytes) this.delete(this.anyKey());
    this.entries.set(key, { value, bytes: needed, expires, at: this.keys.push(key) - 1 });
    this.used += needed;
  }

  delete(key: string): void {
    const entry = this.entries.get(key);
    if (!entry) return;
    this.entries.delete(key);
    this.used -= entry.bytes;
    // The last key moves into the free slot.
    const last = this.keys.pop() as string;
    if (last === key) return;
    this.keys[entry.at] = last;
    (this.entries.get(last) as Entry<V>).at = entry.at;
  }

  private anyKey(): string {
    return this.keys[Math.floor(this.random() * this.keys.length)] as string;
  }
}
