import { engines } from '@halftone/testing';
import type { Redis } from 'ioredis';
import { commandConnection, connect } from './connection';
import { Tickets } from './tickets';

const { redisUrl } = engines();
let redis: Redis;

beforeAll(async () => {
  redis = commandConnection(redisUrl);
  await connect(redis);
});
afterAll(() => redis.disconnect());

/** Everything about tickets that a reader of Redis can see: key names and values. */
async function everythingKept(): Promise<string> {
  const keys = await redis.keys('halftone:ticket*');
  const values = await Promise.all(
    keys.map(async (key) =>
      (await redis.type(key)) === 'hash' ? JSON.stringify(await redis.hgetall(key)) : await redis.get(key),
    ),
  );
  return [...keys, ...values].join('\n');
}

test('a reader of Redis learns neither a ticket nor its token', async () => {
  const tickets = new Tickets(redis);
  const token = `header.${'x'.repeat(300)}.signature`;
  const [unused, opened] = [await tickets.issue(token, 30), await tickets.issue(token, 30)];
  const stream = { boundTo: 'a client', mayRepeat: false, replica: 'r1' };
  expect(await tickets.openStream(opened, stream)).toMatchObject({ token });

  const kept = await everythingKept();
  expect(kept.split('\n').length).toBeGreaterThanOrEqual(4);
  for (const secret of [token, unused, opened]) expect(kept).not.toContain(secret);

  expect(await tickets.openStream(opened, { ...stream, mayRepeat: true })).toEqual({ token, previous: 'r1' });
  expect(await tickets.redeem(unused)).toBe(token);
});
