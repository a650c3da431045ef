import { Redis } from 'ioredis';
import type { Program } from '../program.ts';
import { naively } from './naive.ts';
import { openCache } from './ours.ts';
import { answer, fingerprint, scopeOf } from './requests.ts';
import { slowLink } from './slow-link.ts';

/** Long beside everything else that happens, short beside what our cache waits for an answer. */
const linkMs = 50;

const tripsIn = async (work: () => Promise<unknown>): Promise<number> => {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / linkMs;
};

/** How often a request waits for Redis, before its handler and after it: the time waited over a link of known slowness. */
export const run: Program = async ({ redisUrl }) => {
  const slow = await slowLink(redisUrl, linkMs);
  const cache = await openCache({ redisUrl: slow });
  const redis = new Redis(slow);
  await redis.ping();
  const before = await tripsIn(() => cache.begin(scopeOf(0), fingerprint));
  const after = await tripsIn(async () => void cache.finish(scopeOf(0), fingerprint, answer));
  let naiveBefore = 0;
  const whole = await tripsIn(async () => {
    const begun = performance.now();
    await naively(redis, scopeOf(1), async () => {
      naiveBefore = (performance.now() - begun) / linkMs;
      return answer;
    });
  });
  return { before, after, naiveBefore, naiveAfter: whole - naiveBefore };
};
