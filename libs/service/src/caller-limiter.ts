type Admission = { refused?: never } | { refused: 'at once' | 'per second'; waitMs: number };

interface Usage {
  running: number;
  /**
   * When its next request would be due at an even rate (GCRA,
   * https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm).
   */
  due: number;
}

/** A burst may use up this much of the rate. */
const BURST_MS = 2_000;
/** Idle callers are removed once there are this many; busy ones stay. */
const MAX_CALLERS = 10_000;

/**
 * Limits the concurrent requests of one caller and its requests per second, with a burst of two seconds' worth. Times
 * are milliseconds of one clock. `share` multiplies both limits; a request of weight 5 counts as five per second.
 * Refused requests do not count, so a caller that slows down is served.
 */
export class CallerLimiter {
  private readonly callers = new Map<string, Usage>();

  constructor(
    private readonly concurrency: number,
    private readonly perSecond: number,
  ) {}

  /** Every admitted request must call `leave`. */
  enter(name: string, { share = 1, weight = 1 }: { share?: number; weight?: number }, now: number): Admission {
    const caller = this.callers.get(name) ?? { running: 0, due: now };
    if (caller.running >= this.concurrency * share) return { refused: 'at once', waitMs: 0 };
    const due = Math.max(caller.due, now);
    const interval = (1000 * weight) / (this.perSecond * share);
    const waitMs = due + interval - now - BURST_MS;
    if (waitMs > 0) return { refused: 'per second', waitMs };
    if (this.callers.size >= MAX_CALLERS) this.removeIdle(now);
    this.callers.set(name, { running: caller.running + 1, due: due + interval });
    return {};
  }

  leave(name: string): void {
    const caller = this.callers.get(name);
    if (caller) caller.running -= 1;
  }

  get size(): number {
    return this.callers.size;
  }

  private removeIdle(now: number): void {
    for (const [name, { running, due }] of this.callers) if (running === 0 && due <= now) this.callers.delete(name);
  }
}
