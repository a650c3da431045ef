import { logger } from '@halftone/service';
import type { Redis } from 'ioredis';
import { LocalFailures } from './local-failures';
import type { FailurePolicy } from './failure-policy';

export interface CountedName {
  /** Opaque and short. */
  name: string;
  policy: FailurePolicy;
}

/** The clock of the server, which all replicas share. */
const now = `
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

const waitScript = `${now}
  return math.max(0, (tonumber(redis.call('HGET', KEYS[1], 'until')) or 0) - now)`;

/** The same rule as \`delayAfter\`. */
const addScript = `${now}
  local free, first, max, forget = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
  local failures = redis.call('HINCRBY', KEYS[1], 'failures', 1)
  local delay = 0
  if failures >= free then delay = math.min(first * 2 ^ math.min(failures - free, 30), max) end
  redis.call('HSET', KEYS[1], 'until', string.format('%.0f', now + delay))
  redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.max(forget, delay)))
  return 1`;

/**
 * Counts failures by name over all replicas, with the wait before the next attempt; and marks names that succeeded.
 * While Redis is unreachable each process counts alone, so nobody is refused for that and no failure goes uncounted.
 * Never rejects.
 *
 * Commands are sent together, one key each, so they work on a cluster; they are not atomic.
 */
export class FailureCounts {
  private readonly local = new LocalFailures();

  constructor(private readonly redis: Redis) {}

  /** For each name the wait before the next attempt, and whether `mark` is marked. */
  async read(counted: readonly CountedName[], mark: string): Promise<{ waitsMs: number[]; isMarked: boolean }> {
    const batch = this.redis.pipeline();
    for (const { name } of counted) batch.eval(waitScript, 1, countKey(name));
    batch.exists(markKey(mark));
    const results = await answersOf(batch);
    if (!results) {
      return { waitsMs: counted.map(({ name }) => this.local.waitMs(name)), isMarked: this.local.isMarked(mark) };
    }
    return { waitsMs: results.slice(0, -1), isMarked: results.at(-1) === 1 };
  }

  /** Records one more failure of each name. */
  async add(counted: readonly CountedName[]): Promise<void> {
    const batch = this.redis.pipeline();
    for (const { name, policy } of counted) {
      const { free, firstDelayMs, maxDelayMs, forgetMs } = policy;
      batch.eval(addScript, 1, countKey(name), free, firstDelayMs, maxDelayMs, forgetMs);
    }
    if (await answersOf(batch)) return;
    for (const { name, policy } of counted) this.local.add(name, policy);
  }

  /** Clears the failures of this name and marks it. */
  async clearAndMark(name: string, markMs: number): Promise<void> {
    this.local.clearAndMark(name, markMs);
    await answersOf(this.redis.pipeline().del(countKey(name)).set(markKey(name), '1', 'PX', markMs));
  }
}

const countKey = (name: string): string => `halftone:failures:${name}`;
const markKey = (name: string): string => `halftone:succeeded:${name}`;

/** Undefined unless each command succeeded. */
async function answersOf(batch: ReturnType<Redis['pipeline']>): Promise<number[] | undefined> {
  const results = await batch.exec().catch((error: Error) => [[error, undefined] as const]);
  const failed = results?.find(([error]) => error);
  if (results && !failed) return results.map(([, value]) => Number(value));
  logger('redis').debug({ reason: failed?.[0]?.message }, 'this process counts failures alone');
  return undefined;
}
