import { randomUUID } from 'node:crypto';
import { counter, logger } from '@halftone/service';
import type { Redis } from 'ioredis';

/** What the cache knows of a request. */
export type ReplayState =
  | { state: 'new' }
  /** The first request with this key still runs. */
  | { state: 'running' }
  | { state: 'done'; response: string }
  /** The key was used with another request. */
  | { state: 'reused' };

const PENDING_MS = 5000;
const DAY_SECONDS = 24 * 60 * 60;

const outcomes = counter('replay_cache_total', 'Answers of the idempotency fast path', {
  outcome: ['new', 'running', 'done', 'reused', 'away'],
});

const deleteIfEqual = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0`;

/**
 * The fast path in front of the idempotency table: replays are answered without the database. It decides nothing: the truth is
 * the table, a marker may expire or be lost at any time, and with Redis away every request is `new`. So it never throws.
 * One round trip before the handler; what comes after need not be awaited.
 */
export class ReplayCache {
  /** Markers this process has set and not yet resolved. */
  private readonly pending = new Map<string, string>();

  constructor(private readonly redis: Redis) {}

  /** `scope` names customer, route and key; `fingerprint` the request. */
  async begin(scope: string, fingerprint: string): Promise<ReplayState> {
    const marker = `p ${fingerprint} ${randomUUID()}`;
    const answer = this.redis.set(keyOf(scope), marker, 'PX', PENDING_MS, 'NX', 'GET');
    const found = await this.quietly('begin', answer);
    const state = found === undefined ? undefined : stateOf(found, fingerprint);
    outcomes.inc({ outcome: state?.state ?? 'away' });
    // Also when no answer came in time: the marker may be set all the same.
    if (state === undefined || state.state === 'new') this.pending.set(scope, marker);
    return state ?? { state: 'new' };
  }

  /** Later requests with this key get this response. */
  async finish(scope: string, fingerprint: string, response: string, ttlSeconds: number = DAY_SECONDS): Promise<void> {
    this.pending.delete(scope);
    await this.quietly('finish', this.redis.set(keyOf(scope), `d ${fingerprint} ${response}`, 'EX', ttlSeconds));
  }

  /** The request failed in a way that is not stored: the next one with this key is new. Removes nobody else's marker. */
  async abandon(scope: string): Promise<void> {
    const marker = this.pending.get(scope);
    this.pending.delete(scope);
    if (marker !== undefined) await this.quietly('abandon', this.redis.eval(deleteIfEqual, 1, keyOf(scope), marker));
  }

  /** How long a Redis that hangs is waited for is decided by the connection. */
  private async quietly<R>(what: string, command: Promise<R>): Promise<R | undefined> {
    try {
      return await command;
    } catch (error) {
      logger('redis').debug({ what, reason: String(error) }, 'going on without the replay cache');
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
