import type { Benchmark } from './benchmark.ts';
import { runInTurns, comparisonLine } from './comparison.ts';
import { withWorkers } from './workers.ts';

const bench = 'outbox';

const journeys = {
  bench,
  programs: { ours: 'journey-ours', 'poll-20ms': 'journey-polling', 'notify-in-tx': 'journey-notify' },
  load: { operations: 300, concurrency: 1 },
};
const commits = {
  bench,
  programs: { ours: 'commits-ours', 'no-outbox': 'commits-bare', 'notify-in-tx': 'commits-notify' },
  load: { operations: 10_000, concurrency: 16 },
};
const drains = {
  bench,
  programs: { ours: 'drain-ours', 'skip-locked': 'drain-skip-locked' },
  load: { operations: 100_000, concurrency: 1 },
};

/** Where an event waits, what writing it costs, and how fast a backlog goes. */
export const outbox: Benchmark = {
  name: bench,
  about: 'commit → Kafka consumer against other ways to wake the relay; commits per second; draining 100,000 rows',
  rounds: 5,
  run: ({ rounds, say }) =>
    withWorkers(say, async (run) => {
      const journey = await runInTurns(run, journeys, rounds, say);
      const commit = await runInTurns(run, commits, rounds, say);
      const drain = await runInTurns(run, drains, rounds, say);
      return [
        comparisonLine(journey, { bench, case: 'commit-to-consumer-p50', unit: 'ms', number: 'p50Ms' }),
        comparisonLine(journey, { bench, case: 'commit-to-consumer-p99', unit: 'ms', number: 'p99Ms' }),
        comparisonLine(journey, { bench, case: 'commit-to-relay-p50', unit: 'ms', number: 'relayP50Ms' }),
        comparisonLine(commit, { bench, case: 'commits', unit: '/s', number: 'perSecond' }),
        comparisonLine(commit, { bench, case: 'commit-cpu', unit: 'us', number: 'cpuUs' }),
        comparisonLine(drain, { bench, case: 'drain-100k', unit: '/s', number: 'perSecond' }),
        comparisonLine(drain, { bench, case: 'drain-cpu', unit: 'us', number: 'cpuUs' }),
      ];
    }),
};
