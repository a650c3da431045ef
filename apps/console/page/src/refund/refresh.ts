/** Decides when the refund lists are reloaded. */
import type { FeedEvent } from '@halftone/client';

const kinds = ['order', 'payment', 'refund', 'refund-request'];

/** Whether this event may change the lists. */
export const concernsRefunds = ({ type }: Pick<FeedEvent, 'type'>): boolean => kinds.includes(type.split('.')[0] ?? '');

/** Runs `work` once for all triggers within `waitMs`, and at most `waitMs` after the first. */
export function coalesced(work: () => void, waitMs: number): { trigger(): void; cancel(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const run = () => {
    timer = undefined;
    work();
  };
  const trigger = () => {
    timer ??= setTimeout(run, waitMs);
  };
  const cancel = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  return { trigger, cancel };
}

/** Applies answers in request order: an answer that arrives after that of a later request is dropped. */
export function latestOnly<Answer>(apply: (answer: Answer) => void): (request: Promise<Answer>) => Promise<void> {
  let started = 0;
  let applied = 0;
  return async (request) => {
    const number = ++started;
    const answer = await request;
    if (number < applied) return;
    applied = number;
    apply(answer);
  };
}
