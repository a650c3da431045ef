import { DomainError } from '@halftone/kernel';

export type Transport = 'sse' | 'long-poll' | 'short-poll';

interface Range {
  type: string;
  quality: number;
}

/**
 * Which of the transports a plain GET gets (RFC 9110 §12.5.1); a WebSocket asks by Upgrade and never comes here. JSON wins a tie, so
 * that curl and `fetch`, which accept everything, poll. `wait` is in seconds. Throws NOT_ACCEPTABLE.
 */
export function transportOf(accept: string | undefined, wait: number): Transport {
  const ranges = (accept || '*/*').split(',').map(rangeOf);
  const stream = qualityOf(ranges, 'text/event-stream');
  const json = qualityOf(ranges, 'application/json');
  if (stream === 0 && json === 0)
    throw new DomainError('NOT_ACCEPTABLE', 'Accept text/event-stream or application/json');
  if (stream > json) return 'sse';
  return wait > 0 ? 'long-poll' : 'short-poll';
}

function rangeOf(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith('q='));
  const value = quality === undefined ? 1 : Number(quality.slice(2));
  return { type, quality: value >= 0 && value <= 1 ? value : 0 };
}

/** The most specific range that matches decides. */
function qualityOf(ranges: readonly Range[], type: string): number {
  const candidates = [type, `${type.split('/')[0]}/*`, '*/*'];
  const found = candidates.map((candidate) => ranges.find((range) => range.type === candidate)).find(Boolean);
  return found?.quality ?? 0;
}
