import { ReadRate } from '@halftone/service';

/** The allowed burst, as a time at the rate; most photos are smaller. */
const BURST_MS = 500;

interface CustomerUploads {
  rate: ReadRate;
  count: number;
}

/**
 * Reads all uploads of one customer at one shared rate, because each megabyte takes CPU time of this process
 * and of the images service.
 */
export class UploadRateLimiter {
  private readonly customers = new Map<string, CustomerUploads>();

  constructor(private readonly bytesPerSecond: number) {}

  async *limit(customer: string, bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const uploads = this.customers.get(customer) ?? { rate: new ReadRate(this.bytesPerSecond, BURST_MS), count: 0 };
    this.customers.set(customer, uploads);
    uploads.count += 1;
    try {
      for await (const piece of bytes) {
        yield piece;
        const pauseMs = uploads.rate.count(piece.length, performance.now());
        if (pauseMs > 0) await new Promise<void>((resolve) => setTimeout(resolve, pauseMs));
      }
    } finally {
      uploads.count -= 1;
      this.forgetLater(customer, uploads);
    }
  }

  /** Waits until the whole burst is allowed again; otherwise each upload would have its own. */
  private forgetLater(customer: string, uploads: CustomerUploads): void {
    if (uploads.count > 0) return;
    const recoveredMs = uploads.rate.count(0, performance.now()) + BURST_MS;
    setTimeout(() => uploads.count === 0 && this.customers.delete(customer), recoveredMs).unref();
  }
}
