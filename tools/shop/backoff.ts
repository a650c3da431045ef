/** How long to wait before a process that ended is started again. */
export const shortestMs = 200;
export const longestMs = 5_000;
/** A process that ran this long has recovered: the next wait is the shortest again. */
export const settledMs = 10_000;

/** `previousMs` is the wait before the run that just ended; undefined for the first run. */
export function nextDelay(previousMs: number | undefined, aliveMs: number): number {
  if (previousMs === undefined || aliveMs >= settledMs) return shortestMs;
  return Math.min(previousMs * 2, longestMs);
}
