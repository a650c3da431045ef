import { TokenBucket } from './token-bucket';

const reasons = ['rate', 'connections', 'memory'] as const;

/** The resource that is short: new connections per second, connections, or memory. */
export type Shortage = (typeof reasons)[number];

export interface Limits {
  acceptsPerSecond: number;
  connections: number;
}

/** The usage of this process: connections, and memory as a fraction of its limit. */
export interface Usage {
  connections: number;
  memory: number;
}

export const shortages = reasons;

/** Memory of one process, in bytes. */
export interface MemoryUse {
  resident: number;
  heap: number;
  /** The memory of the container or machine, which all processes share. */
  shared: number;
  heapLimit: number;
}

/** The rest is for a burst between two measurements. */
const safe = 0.85;

/** Memory in use as a fraction of the limit of one process: its share of the container, or its heap limit. */
export const memoryShare = ({ resident, heap, shared, heapLimit }: MemoryUse, processes: number): number =>
  Math.max(resident / (shared / processes), heap / heapLimit) / safe;

/** A full process has capacity again only below this fraction of a limit, so that readiness does not flap. */
const recoveredBelow = 0.9;
const maxRetrySeconds = 5;

/**
 * Decides whether one more connection fits. Existing connections have priority: new ones are limited to a rate,
 * and none is admitted at a limit.
 */
export class Capacity {
  private readonly accepts: TokenBucket;
  private readonly polls: TokenBucket;
  private wasFull = false;

  constructor(private readonly limits: Limits) {
    this.accepts = new TokenBucket(limits.acceptsPerSecond, limits.acceptsPerSecond);
    this.polls = new TokenBucket(limits.acceptsPerSecond, limits.acceptsPerSecond);
  }

  /** The resource that is short for a returning client; undefined if it fits. */
  shortage(usage: Usage): Shortage | undefined {
    return this.shortageAt(usage, 1);
  }

  /** The resource that is short for a new connection, which also counts against the rate. `now` in ms. */
  tryConnect(usage: Usage, now: number): Shortage | undefined {
    return this.shortage(usage) ?? (this.accepts.take(now) === 0 ? undefined : 'rate');
  }

  /** The resource that is short for a short poll. It needs no connection, and has a rate of its own. */
  tryPoll({ memory }: Usage, now: number): Shortage | undefined {
    return this.shortage({ connections: 0, memory }) ?? (this.polls.take(now) === 0 ? undefined : 'rate');
  }

  /** True from a limit on until well below it. A rate does not count: it recovers in a second, and a storm hits every replica. */
  isFull(usage: Usage): boolean {
    this.wasFull = this.shortageAt(usage, this.wasFull ? recoveredBelow : 1) !== undefined;
    return this.wasFull;
  }

  private shortageAt({ connections, memory }: Usage, fraction: number): Shortage | undefined {
    if (connections >= this.limits.connections * fraction) return 'connections';
    return memory >= fraction ? 'memory' : undefined;
  }
}

/** A random Retry-After in seconds, so that refused clients do not all return at the same time. */
export const retryAfterSeconds = (random: number = Math.random()): number => 1 + Math.floor(random * maxRetrySeconds);
