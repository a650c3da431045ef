import { logger } from './log';
import { LogThrottle, reasonOf } from './log-throttle';
import { counter, gauge } from './metrics';
import type { PollRun } from './poll-loop';

export interface Rows<R> {
  /** The next page of rows after `last`, in a stable order; the first page without it; empty at the end. */
  after(last: R | undefined): Promise<readonly R[]>;
  key(row: R): string;
  work(row: R): Promise<unknown>;
}

interface Failing {
  failures: number;
  /** Epoch milliseconds. */
  retryAt: number;
}

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;

const worked = counter('poll_rows_total', 'Rows that a poll loop processed by outcome: done or failed', [
  'loop',
  'outcome',
]);
const failingRows = gauge('poll_rows_failing', 'Rows whose latest attempt by a poll loop failed', ['loop']);

/**
 * A PollRun that processes all rows one after another. A row that fails is skipped, so it blocks no other, and
 * retried after a delay that doubles up to a minute. Only this process remembers that, as long as the row keeps
 * appearing: a restarted process retries every row immediately.
 */
export function rowByRow<R>(loop: string, rows: Rows<R>): PollRun {
  const failures = new FailingRows(loop);
  return async (signal) => {
    const seen = new Set<string>();
    for (let page = await rows.after(undefined); page.length > 0; page = await rows.after(page.at(-1))) {
      for (const row of page) {
        if (signal.aborted) return;
        const key = rows.key(row);
        seen.add(key);
        if (failures.isDue(key)) await failures.attempt(key, () => rows.work(row));
      }
    }
    failures.keepOnly(seen);
  };
}

class FailingRows {
  private readonly throttle = new LogThrottle();
  private readonly failing = new Map<string, Failing>();

  constructor(private readonly loop: string) {
    for (const outcome of ['done', 'failed']) worked.inc({ loop, outcome }, 0);
  }

  isDue(key: string): boolean {
    const known = this.failing.get(key);
    return !known || known.retryAt <= Date.now();
  }

  /** Never rejects. */
  async attempt(key: string, work: () => Promise<unknown>): Promise<void> {
    const { loop } = this;
    try {
      await work();
      this.failing.delete(key);
      worked.inc({ loop, outcome: 'done' });
    } catch (error) {
      worked.inc({ loop, outcome: 'failed' });
      this.recordFailure(key, error);
    }
  }

  /** Forgets the rows that no longer appear: something else changed them. */
  keepOnly(keys: ReadonlySet<string>): void {
    for (const key of this.failing.keys()) if (!keys.has(key)) this.failing.delete(key);
    failingRows.set({ loop: this.loop }, this.failing.size);
  }

  private recordFailure(row: string, err: unknown): void {
    const failures = (this.failing.get(row)?.failures ?? 0) + 1;
    this.failing.set(row, { failures, retryAt: Date.now() + retryInMs(failures) });
    if (!this.throttle.isDue(reasonOf(err))) return;
    logger(this.loop).warn({ err, row, failures }, 'a row failed; it is skipped and retried later');
  }
}

const retryInMs = (failures: number): number => Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LONGEST_RETRY_MS);
