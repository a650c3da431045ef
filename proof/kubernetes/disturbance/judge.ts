/** Judges the results of the clients at the end of a phase. */
import type { LoadResult } from '../../load/load.ts';
import { linesOf } from '../../load/table.ts';
import type { Recovery } from '../recovery.ts';
import type { Report } from '../report.ts';
import type { ObservedLoads } from './observer.ts';

/** Checks the thresholds of the load test. A failure shows the whole result. */
export function mustHold(result: LoadResult): string {
  if (!result.ok) throw new Error(linesOf(result).join('\n'));
  const { requests, failed, firstTryFailures, orders, p95Ms } = result;
  if (requests === 0) throw new Error('no request was sent');
  return `${orders} orders, ${requests} requests, ${firstTryFailures} failed once, ${failed} for good, p95 ${p95Ms} ms`;
}

export function mustMissNothing({ listeners, events, gaps, duplicates, resets, reconnects }: LoadResult): string {
  const seen = `${listeners} listeners, ${events} events, ${reconnects} reconnects, ${gaps} gaps, ${duplicates} duplicates, ${resets} resets`;
  if (listeners === 0 || events === 0) throw new Error(`no listener received an event: ${seen}`);
  if (gaps + duplicates + resets > 0) throw new Error(seen);
  return seen;
}

/** A client that lost its connection listens again within this time. */
const backWithinMs = 5_000;

/** No request may fail and no client may stay disconnected for long. */
export function mustBeUnnoticed({ requests, failedFirst, cuts, slowestBackMs }: Recovery, reasons: string): string {
  if (requests === 0) throw new Error('no request was sent meanwhile: this shows nothing');
  if (failedFirst > 0) throw new Error(`${failedFirst} of ${requests} requests failed at their first try:\n${reasons}`);
  if (slowestBackMs > backWithinMs) throw new Error(`a connection was back only after ${slowestBackMs} ms`);
  return `${requests} requests, none failed; ${cuts} connections moved, the slowest in ${slowestBackMs} ms`;
}

/** A first try may fail; a later one with the same key must succeed. */
export function mustBeGotOver({ requests, failedFirst, failedForGood }: Recovery, reasons: string): string {
  if (requests === 0) throw new Error('no request was sent meanwhile: this shows nothing');
  if (failedForGood > 0) throw new Error(`${failedForGood} of ${requests} requests never succeeded:\n${reasons}`);
  return `${requests} requests, ${failedFirst} failed once, none for good`;
}

export async function judgeEnd(report: Report, { orders, realtime }: ObservedLoads): Promise<void> {
  await report.check('load orders: its thresholds', () => mustHold(orders));
  await report.check('load realtime: its thresholds', () => mustHold(realtime));
  await report.check('no listener missed or repeated anything', () => mustMissNothing(realtime));
}
