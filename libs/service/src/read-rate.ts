/** The shortest pause, so that timers cost little. */
const BURST_MS = 50;

/**
 * Limits the bytes per second of all readers that count here; the bytes of `burstMs` may come without a wait. Times are
 * milliseconds of one clock. Pure.
 */
export class ReadRate {
  private due = 0;

  constructor(
    private readonly bytesPerSecond: number,
    private readonly burstMs: number = BURST_MS,
  ) {}

  /** Counts bytes that were read. Returns how long to pause before reading more, in ms. */
  count(bytes: number, now: number): number {
    this.due = Math.max(this.due, now) + (bytes * 1000) / this.bytesPerSecond;
    return Math.max(0, this.due - now - this.burstMs);
  }
}
