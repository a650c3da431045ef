import { commandConnection, connect, ReplayCache } from '@halftone/redis';
import { measure } from '../load.ts';
import type { Program, Settings } from '../program.ts';
import { answer, fingerprint, scopeOf } from './requests.ts';

export async function openCache({ redisUrl }: Pick<Settings, 'redisUrl'>): Promise<ReplayCache> {
  const redis = commandConnection(redisUrl);
  await connect(redis);
  return new ReplayCache(redis);
}

/** Does what the gateway does with the key of a new request: looks it up before the handler, stores the answer after it without waiting. */
export const run: Program = async (settings) => {
  const cache = await openCache(settings);
  return measure(settings.operations, settings.concurrency, async (index) => {
    await cache.begin(scopeOf(index), fingerprint);
    void cache.finish(scopeOf(index), fingerprint, answer);
  });
};
