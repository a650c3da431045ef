/**
 * Limits a rate to `perSecond` on average, after a burst of `burst`. It has no timer, so that each connection can have one.
 * Times are of a monotonic clock, in ms.
 */
export class TokenBucket {
  private readonly perMs: number;
  private tokens: number;
  private at: number | undefined;

  constructor(
    perSecond: number,
    private readonly burst: number,
  ) {
    this.perMs = perSecond / 1_000;
    this.tokens = burst;
  }

  /** Returns 0 if the tokens were taken, else the wait in ms until they are available. */
  take(now: number, count = 1): number {
    this.tokens = Math.min(this.burst, this.tokens + (now - (this.at ?? now)) * this.perMs);
    this.at = now;
    if (this.tokens < count) return Math.ceil((count - this.tokens) / this.perMs);
    this.tokens -= count;
    return 0;
  }
}
