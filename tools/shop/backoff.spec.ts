import { longestMs, nextDelay, settledMs, shortestMs } from './backoff.ts';

const waits = (runs: number[]): number[] => {
  const seen: number[] = [];
  for (const aliveMs of runs) seen.push(nextDelay(seen.at(-1), aliveMs));
  return seen;
};

describe('the wait before a process is started again', () => {
  it('doubles while it keeps ending, up to the longest', () => {
    expect(waits([0, 0, 0, 0, 0, 0, 0])).toEqual([200, 400, 800, 1600, 3200, longestMs, longestMs]);
  });

  it('is the shortest after a run that was long enough', () => {
    expect(waits([0, 0, 0, settledMs])).toEqual([200, 400, 800, shortestMs]);
    expect(waits([0, 0, 0, settledMs - 1]).at(-1)).toBe(1600);
  });

  it('is the shortest after the first run, however short', () => {
    expect(nextDelay(undefined, 0)).toBe(shortestMs);
  });
});
