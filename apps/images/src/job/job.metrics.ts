import { counter, gauge, histogram, stopwatch } from '@halftone/service';

const outcomes = ['done', 'failed', 'lease-lost'] as const;

const attempts = counter('images_job_attempts_total', 'Attempts to make the renditions of a photo', {
  outcome: outcomes,
});
const seconds = histogram('images_job_duration_seconds', 'Seconds per attempt', ['outcome']);
const depth = gauge('images_queue_depth', 'Unfinished jobs; every worker reports the same number');

/** Starts the stopwatch; call the result with the outcome. */
export function measureAttempt(): (outcome: (typeof outcomes)[number]) => void {
  const took = stopwatch();
  return (outcome) => {
    attempts.inc({ outcome });
    seconds.observe({ outcome }, took());
  };
}

export const reportDepth = (jobs: number): void => depth.set(jobs);
