/**
 * So many a second on average, and no more than `burst` at once. Holds two numbers and no timer, so that a connection can have one of its
 * own. Times are those of one clock that does not go back, in ms.
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

  /** 0 when taken; else nothing was, and the answer is the time in ms until there is room for it if nobody else comes. */
  take(now: number, count = 1): number {
    this.tokens = Math.min(this.burst, this.tokens + (now - (this.at ?? now)) * this.perMs);
    this.at = now;
    if (this.tokens < count) return Math.ceil((count - this.tokens) / this.perMs);
    this.tokens -= count;
    return 0;
  }
}
