import type { ErrorCode } from '@halftone/kernel';

/**
 * A queued photo, held by at most one worker at a time.
 *
 * A lease alone is not mutual exclusion, because a paused worker may wake up after it expired. So each take increments
 * `fence`, and every write requires the worker's own fence. A worker that lost its job learns it at its next write, which
 * then changes nothing.
 */
export interface Job {
  imageId: string;
  fence: number;
  /** Number of takes, including this one. */
  attempts: number;
  /** W3C trace context of the upload, so that the job is part of its trace. */
  traceparent: string | null;
}

/** Duration of a lease, interval between renewals, and poll interval of an idle worker. */
export const leaseMs = 3_000;
export const renewMs = 1_000;
export const pollMs = 500;

const maxAttempts = 3;

/**
 * `picture` (bad bytes) and `too-large` (decoding exceeds the memory limit) are permanent: a retry would fail too.
 * `transient` is everything else.
 */
export type Failure = keyof typeof permanentFailures | 'transient';

/** The reasons are shown to customers, so they name no internals. */
const permanentFailures = {
  picture: { code: 'NOT_A_PICTURE', reason: 'the picture could not be decoded' },
  'too-large': { code: 'PICTURE_TOO_LARGE', reason: 'the picture is too large to be decoded' },
} as const;

export type AfterFailure = { then: 'give-up'; code: ErrorCode; reason: string } | { then: 'retry'; delayMs: number };

export function afterFailure({ attempts }: Pick<Job, 'attempts'>, failure: Failure): AfterFailure {
  if (failure !== 'transient') return { then: 'give-up', ...permanentFailures[failure] };
  if (attempts >= maxAttempts)
    return { then: 'give-up', code: 'INTERNAL', reason: `it could not be processed in ${maxAttempts} attempts` };
  return { then: 'retry', delayMs: 500 * 2 ** (attempts - 1) };
}

/** A job taken more often than this killed its workers before they could report a failure. */
export const isExhausted = ({ attempts }: Pick<Job, 'attempts'>): boolean => attempts > maxAttempts;
