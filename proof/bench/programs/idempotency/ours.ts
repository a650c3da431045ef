import { commandConnection, connect, ReplayCache } from '@halftone/redis';
import { measure } from '../load.ts';
import type { Program, Settings } from '../program.ts';
import { answer, fingerprint, scopeOf } from './requests.ts';

export async function openCache({ redisUrl }: Pick<Settings, 'redisUrl'>): Promise<ReplayCache> {
  const redis = commandConnection(redisUrl);
  await connect(redis);
  return new ReplayCache(redis);
}

/** What the gateway does with the key of a new request: asks before the handler, stores after it without waiting. */
export const run: Program = async (settings) => {
  const cache = await openCache(settings);
  return measure(settings.operations, settings.concurrency, async (index) => {
    await cache.begin(scopeOf(index), fingerprint);
    void cache.finish(scopeOf(index), fingerprint, answer);
  });
};
