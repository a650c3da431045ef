import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { engines } from '@halftone/testing';
import type { Redis } from 'ioredis';
import { commandConnection, connect } from './connection';
import { FailureCounts } from './failure-counts';
import { delayAfter } from './failure-policy';

const policy = { free: 3, firstDelayMs: 400, maxDelayMs: 1_000, forgetMs: 60_000 };
const counted = (name: string) => [{ name, policy }];

/** One per replica, and one without a Redis. */
let connections: Redis[];
let here: FailureCounts;
let there: FailureCounts;
let alone: FailureCounts;

beforeAll(async () => {
  connections = [engines().redisUrl, engines().redisUrl, 'redis://127.0.0.1:1'].map(commandConnection);
  await Promise.all(connections.map(connect));
  [here, there, alone] = connections.map((redis) => new FailureCounts(redis)) as [
    FailureCounts,
    FailureCounts,
    FailureCounts,
  ];
});
afterAll(() => connections.forEach((redis) => redis.disconnect()));

const waitOf = async (counts: FailureCounts, name: string) => (await counts.read(counted(name), name)).waitsMs[0] ?? -1;

test('failures are counted over replicas, and the wait follows the policy', async () => {
  const name = randomUUID();
  await Promise.all([here.add(counted(name)), there.add(counted(name))]);
  expect(await waitOf(here, name)).toBe(0);
  await here.add(counted(name));
  for (const counts of [here, there]) {
    const wait = await waitOf(counts, name);
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(delayAfter(3, policy));
  }
  await sleep(delayAfter(3, policy) + 50);
  expect(await waitOf(there, name)).toBe(0);
  for (let failure = 0; failure < 5; failure += 1) await there.add(counted(name));
  expect(await waitOf(here, name)).toBeGreaterThan(delayAfter(4, policy));
});

test.each<[string, () => FailureCounts]>([
  ['with Redis', () => here],
  ['without Redis', () => alone],
])('%s: a success clears and marks only its own name', async (_how, counts) => {
  const [name, other] = [randomUUID(), randomUUID()];
  for (let failure = 0; failure < 3; failure += 1) await counts().add([...counted(name), ...counted(other)]);
  expect(await waitOf(counts(), name)).toBeGreaterThan(0);
  await counts().clearAndMark(name, 60_000);
  expect(await counts().read(counted(name), name)).toEqual({ waitsMs: [0], isMarked: true });
  expect(await waitOf(counts(), other)).toBeGreaterThan(0);
  expect((await counts().read(counted(other), other)).isMarked).toBe(false);
});
