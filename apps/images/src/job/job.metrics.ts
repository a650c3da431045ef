import { counter, gauge, histogram, stopwatch } from '@halftone/service';

const outcomes = ['done', 'failed', 'lease-lost'] as const;

const attempts = counter('images_job_attempts_total', 'Attempts at making the renditions of a photo', {
  outcome: outcomes,
});
const seconds = histogram('images_job_seconds', 'Time an attempt took', ['outcome']);
const depth = gauge('images_queue_depth', 'Jobs that are not done; the same number from every worker');

/** Begins now; tell it how the attempt ended. */
export function measureAttempt(): (outcome: (typeof outcomes)[number]) => void {
  const took = stopwatch();
  return (outcome) => {
    attempts.inc({ outcome });
    seconds.observe({ outcome }, took());
  };
}

export const reportDepth = (jobs: number): void => depth.set(jobs);
