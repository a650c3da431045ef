/**
 * A photo's place in the queue, held by at most one worker at a time.
 *
 * A lease is not mutual exclusion: a paused holder outlives it. So each taking counts `fence` up, and every write of a holder
 * is conditional on its own fence; whoever lost the job finds that out at the first write, which then changes nothing.
 */
export interface Job {
  imageId: string;
  fence: number;
  /** How often it was taken, this time included. */
  attempts: number;
  /** W3C trace context of the upload, so that the work shows up in its trace. */
  traceparent: string | null;
}

/** How long a silent worker keeps a job, how often a working one renews it, how often an idle one looks for work. */
export const leaseMs = 3_000;
export const renewMs = 1_000;
export const pollMs = 500;

export const maxAttempts = 3;

/** `picture`: the bytes are at fault, so another attempt would end the same way. `else`: anything that may pass. */
export type Failure = 'picture' | 'else';

export type AfterFailure = { then: 'give-up'; reason: string } | { then: 'retry'; delayMs: number };

/** The reason is for the customer: it names no inner part. */
export function afterFailure({ attempts }: Pick<Job, 'attempts'>, failure: Failure): AfterFailure {
  if (failure === 'picture') return { then: 'give-up', reason: 'the picture could not be decoded' };
  if (attempts >= maxAttempts)
    return { then: 'give-up', reason: `it could not be processed in ${maxAttempts} attempts` };
  return { then: 'retry', delayMs: 500 * 2 ** (attempts - 1) };
}

/** A job taken more often than that killed its workers before they could say so. */
export const isExhausted = ({ attempts }: Pick<Job, 'attempts'>): boolean => attempts > maxAttempts;
