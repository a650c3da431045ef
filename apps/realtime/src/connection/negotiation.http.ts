import { DomainError } from '@halftone/kernel';
import { preferredType } from '@halftone/service';

export type Transport = 'sse' | 'long-poll' | 'short-poll';

/**
 * The transport of a GET without Upgrade. JSON is preferred, so that curl and `fetch`, which accept everything, poll.
 * `wait` is in seconds. Throws NOT_ACCEPTABLE.
 */
export function transportOf(accept: string | undefined, wait: number): Transport {
  const type = preferredType(accept, ['application/json', 'text/event-stream']);
  if (!type) throw new DomainError('NOT_ACCEPTABLE', 'Accept text/event-stream or application/json');
  if (type === 'text/event-stream') return 'sse';
  return wait > 0 ? 'long-poll' : 'short-poll';
}
