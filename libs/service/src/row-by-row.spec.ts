import { renderMetrics } from './metrics';
import { rowByRow } from './row-by-row';

const going = new AbortController().signal;
let tables = 0;

/** Rows 1..n in pages of three; the bad ones fail. Success removes a row. */
function table(count: number, ...bad: number[]) {
  const loop = `test ${(tables += 1)}`;
  const rows = new Set(Array.from({ length: count }, (_, index) => index + 1));
  const tried: number[] = [];
  const run = rowByRow<number>(loop, {
    after: async (last = 0) => [...rows].filter((row) => row > last).slice(0, 3),
    key: String,
    work: async (row) => {
      tried.push(row);
      if (bad.includes(row)) throw new Error('bad row');
      rows.delete(row);
    },
  });
  return { loop, rows, tried, run, repair: () => bad.splice(0) };
}

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

test('a run processes all rows, however many pages there are', async () => {
  const { run, tried } = table(8);
  await run(going);
  expect(tried).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test('failing rows do not block later ones, even when they fill pages', async () => {
  const { run, rows } = table(8, 1, 2, 3, 4, 5, 6, 7);
  await run(going);
  expect([...rows]).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

test('a failed row is retried after 1 s, 2 s, 4 s … up to a minute, until it succeeds', async () => {
  const { run, rows, tried, repair } = table(1, 1);
  const began = Date.now();
  const triedAt = [];
  for (let second = 0; second <= 190; second += 1) {
    const { length } = tried;
    await run(going);
    if (tried.length > length) triedAt.push((Date.now() - began) / 1_000);
    jest.setSystemTime(Date.now() + 1_000);
  }
  expect(triedAt).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183]);
  repair();
  jest.setSystemTime(Date.now() + 60_000);
  await run(going);
  expect(rows.size).toBe(0);
});

test('a failed row that disappears and returns counts as new', async () => {
  const { run, rows, tried } = table(1, 1);
  await run(going);
  rows.delete(1);
  await run(going);
  rows.add(1);
  await run(going);
  expect(tried).toEqual([1, 1]);
});

test('failures are kept when the next page cannot be read', async () => {
  const tried: number[] = [];
  const run = rowByRow<number>('test', {
    after: async (last) => {
      if (last) throw new Error('the database is unreachable');
      return [1];
    },
    key: String,
    work: async (row) => {
      tried.push(row);
      throw new Error('bad row');
    },
  });
  for (let count = 0; count < 3; count += 1) await expect(run(going)).rejects.toThrow('unreachable');
  expect(tried).toEqual([1]);
});

test('a stop ends the run after the current row', async () => {
  const stop = new AbortController();
  const tried: number[] = [];
  const run = rowByRow<number>('test', {
    after: async (last = 0) => [last + 1],
    key: String,
    work: async (row) => {
      tried.push(row);
      if (row === 5) stop.abort();
    },
  });
  await run(stop.signal);
  expect(tried).toEqual([1, 2, 3, 4, 5]);
});

test('rows are counted by outcome', async () => {
  const { run, loop } = table(5, 2, 4);
  await run(going);
  const lines = (await renderMetrics(undefined)).body.split('\n').filter((line) => line.includes(`"${loop}"`));
  expect(lines).toEqual([
    `poll_rows_total{loop="${loop}",outcome="done"} 3`,
    `poll_rows_total{loop="${loop}",outcome="failed"} 2`,
    `poll_rows_failing{loop="${loop}"} 2`,
  ]);
});
