/**
 * Sends until there is an answer. Safe for everything a test sends: reads have no effect, and each write carries an idempotency key
 * that stays the same over all tries. The first try is judged separately, because a customer's client may not be so patient.
 */
import { sleep } from 'k6';
import { reportLive, type LiveLine } from '../live.ts';
import { answerMs, failed, firstTryFailures, requests } from '../metrics.ts';

export interface Outcome<Answer> {
  answer: Answer;
  /** Another try may do better: nothing came, or the shop says that it is busy. */
  again: boolean;
  /** No other try would, and it is the shop's fault. */
  broken?: boolean;
  retryAfterMs?: number;
  /** The answer or error that came instead of a usable answer. */
  why?: string | undefined;
}

export const patienceMs = 30_000;

/** 100, 200, 400 … at most 2 s, half of it random. */
export const backoffMs = (attempt: number, random = Math.random()): number =>
  Math.min(2_000, 100 * 2 ** (attempt - 1)) * (0.5 + random / 2);

export function patiently<Answer>(name: string, key: string | undefined, attempt: () => Outcome<Answer>): Answer {
  const at = Date.now();
  let firstWhy: string | undefined;
  for (let attempts = 1; ; attempts += 1) {
    const { answer, again, broken = false, retryAfterMs = 0, why } = attempt();
    const wait = Math.max(backoffMs(attempts), Math.min(retryAfterMs, 10_000));
    if (again || broken) firstWhy ??= why;
    if (attempts === 1) firstTryFailures.add(again || broken ? 1 : 0, { call: name });
    if (!again || Date.now() + wait > at + patienceMs) {
      record({ name, at, ok: !again && !broken, attempts, key, why: firstWhy });
      return answer;
    }
    sleep(wait / 1_000);
  }
}

function record(seen: Omit<Extract<LiveLine, { type: 'request' }>, 'type' | 'ms'>): void {
  const { name, at, ok } = seen;
  const ms = Date.now() - at;
  requests.add(1, { call: name });
  failed.add(!ok, { call: name });
  answerMs.add(ms, { call: name });
  reportLive({ type: 'request', ...seen, ms });
}
