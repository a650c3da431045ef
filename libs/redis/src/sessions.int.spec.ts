import { randomUUID } from 'node:crypto';
import { engines, eventually } from '@halftone/testing';
import type { Redis } from 'ioredis';
import { commandConnection, connect } from './connection';
import { Sessions } from './sessions';

const minute = 60_000;
let redis: Redis;
let sessions: Sessions;

beforeAll(async () => {
  redis = commandConnection(engines().redisUrl);
  await connect(redis);
  sessions = new Sessions(redis);
});
afterAll(() => redis.disconnect());

test('another process reads what was written, field by field', async () => {
  const name = randomUUID();
  expect(await sessions.read(name)).toBeUndefined();
  await sessions.write(name, { a: '1', b: '2' }, minute);
  await sessions.write(name, { a: '3' }, minute);
  await sessions.erase(name, 'b');
  expect(await new Sessions(redis).read(name)).toEqual({ a: '3' });
});

test('a session expires unless it is renewed', async () => {
  const [kept, left] = [randomUUID(), randomUUID()];
  await sessions.write(left, { a: '1' }, 100);
  await sessions.write(kept, { a: '1' }, minute);
  await sessions.renew([kept], 2 * minute);
  await eventually(async () => expect(await sessions.read(left)).toBeUndefined());
  expect(await redis.pttl(`halftone:session:${kept}`)).toBeGreaterThan(minute);
});

test('without Redis sessions are unknown, and nothing throws', async () => {
  const unreachable = commandConnection('redis://127.0.0.1:1');
  const lost = new Sessions(unreachable);
  await lost.write('a', { a: '1' }, minute);
  await lost.erase('a', 'a');
  await lost.renew(['a'], minute);
  expect(await lost.read('a')).toBeUndefined();
  unreachable.disconnect();
});
