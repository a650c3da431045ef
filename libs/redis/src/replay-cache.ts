import { randomUUID } from 'node:crypto';
import { counter, logger } from '@halftone/service';
import type { Redis } from 'ioredis';

/** The cache entry of a request. */
export type ReplayState =
  | { state: 'new' }
  /** The first request with this key is still running. */
  | { state: 'running' }
  | { state: 'done'; response: string }
  /** The key was used with a different request. */
  | { state: 'reused' };

const PENDING_MS = 5000;
const DAY_SECONDS = 24 * 60 * 60;

const outcomes = counter('replay_cache_total', 'Answers of the idempotency fast path', {
  outcome: ['new', 'running', 'done', 'reused', 'away'],
});

const deleteIfEqual = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0`;

/**
 * The fast path in front of the idempotency table: replays are answered without the database. It decides nothing: the
 * table does. A marker may expire or be lost at any time, and without Redis every request is `new`. So it never
 * throws. One round trip before the handler; later calls need not be awaited.
 */
export class ReplayCache {
  /** Markers that this process has set and not resolved. */
  private readonly pending = new Map<string, string>();

  constructor(private readonly redis: Redis) {}

  /** `scope` is customer, route and key; `fingerprint` identifies the request. */
  async begin(scope: string, fingerprint: string): Promise<ReplayState> {
    const marker = `p ${fingerprint} ${randomUUID()}`;
    const answer = this.redis.set(keyOf(scope), marker, 'PX', PENDING_MS, 'NX', 'GET');
    const found = await this.ignoreErrors('begin', answer);
    const state = found === undefined ? undefined : stateOf(found, fingerprint);
    outcomes.inc({ outcome: state?.state ?? 'away' });
    // Also when no answer came in time: the marker may have been set.
    if (state === undefined || state.state === 'new') this.pending.set(scope, marker);
    return state ?? { state: 'new' };
  }

  /** Later requests with this key get this response. */
  async finish(scope: string, fingerprint: string, response: string, ttlSeconds: number = DAY_SECONDS): Promise<void> {
    this.pending.delete(scope);
    await this.ignoreErrors('finish', this.redis.set(keyOf(scope), `d ${fingerprint} ${response}`, 'EX', ttlSeconds));
  }

  /**
   * The request failed without a stored outcome: the next one with this key is new. Removes only this process's
   * marker.
   */
  async abandon(scope: string): Promise<void> {
    const marker = this.pending.get(scope);
    this.pending.delete(scope);
    if (marker !== undefined)
      await this.ignoreErrors('abandon', this.redis.eval(deleteIfEqual, 1, keyOf(scope), marker));
  }

  /** The connection limits the wait for a hanging Redis. */
  private async ignoreErrors<R>(what: string, command: Promise<R>): Promise<R | undefined> {
    try {
      return await command;
    } catch (error) {
      logger('redis').debug({ what, reason: String(error) }, 'continuing without the replay cache');
      return undefined;
    }
  }
}

const keyOf = (scope: string): string => `halftone:replay:${scope}`;

/** A value is `p FINGERPRINT NONCE` while the first request runs, then `d FINGERPRINT RESPONSE`. */
function stateOf(found: string | null, fingerprint: string): ReplayState {
  if (found === null) return { state: 'new' };
  const end = found.indexOf(' ', 2);
  if (found.slice(2, end) !== fingerprint) return { state: 'reused' };
  return found.startsWith('d ') ? { state: 'done', response: found.slice(end + 1) } : { state: 'running' };
}
