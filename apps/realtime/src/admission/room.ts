import { TokenBucket } from './token-bucket';

const reasons = ['rate', 'connections', 'memory'] as const;

/** What is used up: accepts of this second, connections, or memory. */
export type Scarcity = (typeof reasons)[number];

export interface Limits {
  acceptsPerSecond: number;
  connections: number;
}

/** What the process has in use: connections, and memory as a part of what it may have. */
export interface Use {
  connections: number;
  memory: number;
}

export const scarcities = reasons;

/** Who was full has room again below this part of a limit, so that readiness does not flap. */
const roomAgain = 0.9;
const longestRetrySeconds = 5;

/**
 * Whether one more connection fits. Those that are here come first: a storm of new ones is let in at a rate that leaves time for the old,
 * and nobody is let in when a limit is reached.
 */
export class Room {
  private readonly accepts: TokenBucket;
  private wasFull = false;

  constructor(private readonly limits: Limits) {
    this.accepts = new TokenBucket(limits.acceptsPerSecond, limits.acceptsPerSecond);
  }

  /** What there is too little of; undefined when there is a place. */
  lack(use: Use): Scarcity | undefined {
    return this.scarcity(use, 1);
  }

  /** The same for who is new, which costs a handshake. `now` in ms. */
  take(use: Use, now: number): Scarcity | undefined {
    return this.lack(use) ?? (this.accepts.take(now) === 0 ? undefined : 'rate');
  }

  /** Full from a limit on until well below it. A rate is no reason: it is over in a second, and a storm meets every replica. */
  isFull(use: Use): boolean {
    this.wasFull = this.scarcity(use, this.wasFull ? roomAgain : 1) !== undefined;
    return this.wasFull;
  }

  private scarcity({ connections, memory }: Use, part: number): Scarcity | undefined {
    if (connections >= this.limits.connections * part) return 'connections';
    return memory >= part ? 'memory' : undefined;
  }
}

/** When to knock again, in seconds: random, so that a storm that was turned away does not come back as one. */
export const retryAfterSeconds = (random: number = Math.random()): number =>
  1 + Math.floor(random * longestRetrySeconds);
