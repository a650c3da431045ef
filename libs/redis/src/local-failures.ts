import { BoundedCache } from '@halftone/service';
import { delayAfter, type FailurePolicy } from './failure-policy';

interface Count {
  failures: number;
  /** Epoch milliseconds. */
  until: number;
}

const MAX_BYTES = 4 * 2 ** 20;
const COUNT_BYTES = 100;

/** The counts of one process while Redis is unreachable; see FailureCounts. */
export class LocalFailures {
  private readonly counts = new BoundedCache<Count>({ maxBytes: MAX_BYTES });
  private readonly marks = new BoundedCache<true>({ maxBytes: MAX_BYTES });

  waitMs(name: string, now: number = Date.now()): number {
    return Math.max(0, (this.counts.get(name, now)?.until ?? 0) - now);
  }

  add(name: string, policy: FailurePolicy, now: number = Date.now()): void {
    const failures = (this.counts.get(name, now)?.failures ?? 0) + 1;
    const delay = delayAfter(failures, policy);
    const expires = now + Math.max(policy.forgetMs, delay);
    this.counts.set(name, { failures, until: now + delay }, { bytes: COUNT_BYTES, expires });
  }

  isMarked(name: string, now: number = Date.now()): boolean {
    return this.marks.get(name, now) === true;
  }

  clearAndMark(name: string, markMs: number, now: number = Date.now()): void {
    this.counts.delete(name);
    this.marks.set(name, true, { bytes: COUNT_BYTES, expires: now + markMs });
  }
}
