import type { Benchmark } from './benchmark.ts';
import { runInTurns, comparisonLine } from './comparison.ts';
import { withWorkers } from './workers.ts';

const busy = { operations: 40_000, concurrency: 32 };
const calm = { operations: 15_000, concurrency: 1 };
const programs = { ours: 'ours', ping: 'ping', naive: 'naive' };
const bench = 'idempotency';

/** The gateway's key store alone, without HTTP and without the handler. */
export const idempotency: Benchmark = {
  name: bench,
  about: 'what an idempotency key costs in Redis: round trips waited for, and CPU of the client',
  rounds: 5,
  run: ({ rounds, say }) =>
    withWorkers(say, async (run) => {
      const trips = new Map<string, Record<string, number>[]>([
        ['ours', []],
        ['naive', []],
      ]);
      for (let round = 0; round < rounds; round += 1) {
        const { before, after, naiveBefore, naiveAfter } = await run(bench, 'round-trips', calm);
        trips.get('ours')?.push({ before: before ?? Number.NaN, after: after ?? Number.NaN });
        trips.get('naive')?.push({ before: naiveBefore ?? Number.NaN, after: naiveAfter ?? Number.NaN });
      }
      const atOnce = await runInTurns(run, { bench, programs, load: busy }, rounds, say);
      const oneByOne = await runInTurns(run, { bench, programs, load: calm }, rounds, say);
      const unit = 'round trips' as const;
      return [
        comparisonLine(trips, { bench, case: 'waited-for-before', unit, number: 'before' }),
        comparisonLine(trips, { bench, case: 'waited-for-after', unit, number: 'after' }),
        comparisonLine(atOnce, { bench, case: 'cpu-32-at-once', unit: 'us', number: 'cpuUs' }),
        comparisonLine(oneByOne, { bench, case: 'cpu-one-by-one', unit: 'us', number: 'cpuUs' }),
      ];
    }),
};
