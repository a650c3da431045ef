import { randomUUID } from 'node:crypto';
import { engines, OwnRedis, TcpProxy } from '@halftone/testing';
import type { Redis } from 'ioredis';
import { commandConnection, connect } from './connection';
import { ReplayCache } from './replay-cache';

let redis: Redis;
let cache: ReplayCache;
let scope: string;

beforeAll(async () => {
  redis = commandConnection(engines().redisUrl);
  await connect(redis);
});
afterAll(() => redis.disconnect());
beforeEach(() => {
  cache = new ReplayCache(redis);
  scope = `alice:POST /v1/orders:${randomUUID()}`;
});

const key = () => `halftone:replay:${scope}`;

test('the state is new, then running, then done with the same bytes', async () => {
  expect(await cache.begin(scope, 'f')).toEqual({ state: 'new' });
  expect(await cache.begin(scope, 'f')).toEqual({ state: 'running' });
  await cache.finish(scope, 'f', '{"id": "1",  "note": "ä ö"}');
  expect(await cache.begin(scope, 'f')).toEqual({ state: 'done', response: '{"id": "1",  "note": "ä ö"}' });
  expect(await redis.ttl(key())).toBeGreaterThan(24 * 3600 - 10);
});

test('a different request with the key gets reused, during the first one and after', async () => {
  await cache.begin(scope, 'f');
  expect(await cache.begin(scope, 'other')).toEqual({ state: 'reused' });
  await cache.finish(scope, 'f', 'done');
  expect(await cache.begin(scope, 'other')).toEqual({ state: 'reused' });
});

test('of fifty concurrent requests one is new', async () => {
  const states = await Promise.all(Array.from({ length: 50 }, () => cache.begin(scope, 'f')));
  expect(states.filter(({ state }) => state === 'new')).toHaveLength(1);
  expect(states.filter(({ state }) => state === 'running')).toHaveLength(49);
});

test('an abandoned key is free; the key of a dead process expires', async () => {
  await cache.begin(scope, 'f');
  expect(await redis.pttl(key())).toBeLessThanOrEqual(5000);
  await cache.abandon(scope);
  expect(await cache.begin(scope, 'f')).toEqual({ state: 'new' });
});

test('abandon removes neither the marker of another process nor a finished response', async () => {
  await cache.begin(scope, 'f');
  await redis.del(key());
  const other = new ReplayCache(redis);
  await other.begin(scope, 'f');
  await cache.abandon(scope);
  expect(await cache.begin(scope, 'f')).toEqual({ state: 'running' });
  await other.finish(scope, 'f', 'done');
  await other.abandon(scope);
  expect(await cache.begin(scope, 'f')).toEqual({ state: 'done', response: 'done' });
});

test('without Redis every request is new, immediately and without an error', async () => {
  const nowhere = commandConnection('redis://127.0.0.1:1');
  await connect(nowhere);
  const offline = new ReplayCache(nowhere);
  const started = performance.now();
  for (let i = 0; i < 10; i++) expect(await offline.begin(scope, 'f')).toEqual({ state: 'new' });
  await offline.finish(scope, 'f', 'done');
  await offline.abandon(scope);
  expect(performance.now() - started).toBeLessThan(3_000);
  nowhere.disconnect();
});

test('a Redis that does not answer delays a request by the timeout only', async () => {
  const url = new URL(engines().redisUrl);
  const proxy = await TcpProxy.listen(url);
  const silent = commandConnection(Object.assign(new URL(url), { port: String(proxy.port), search: '' }).href);
  await connect(silent);
  // Redis receives the commands, but its answers are lost.
  proxy.mute('answers');
  const started = performance.now();
  expect(await new ReplayCache(silent).begin(scope, 'f')).toEqual({ state: 'new' });
  expect(performance.now() - started).toBeLessThan(3_000);
  silent.disconnect();
  proxy.close();
});

test('a full Redis stores nothing: requests are new, stored responses are still replayed, and it is used again once it has space', async () => {
  const own = await OwnRedis.prepare();
  await own.start();
  const full = commandConnection(own.url);
  try {
    await connect(full);
    const tight = new ReplayCache(full);
    await tight.begin(`${scope}:before`, 'f');
    await tight.finish(`${scope}:before`, 'f', 'kept');
    await own.fill();
    expect(await tight.begin(scope, 'f')).toEqual({ state: 'new' });
    await tight.finish(scope, 'f', 'lost');
    expect(await tight.begin(scope, 'f')).toEqual({ state: 'new' });
    await own.empty();
    expect(await tight.begin(`${scope}:before`, 'f')).toEqual({ state: 'done', response: 'kept' });
    expect(await tight.begin(scope, 'f')).toEqual({ state: 'new' });
    expect(await tight.begin(scope, 'f')).toEqual({ state: 'running' });
  } finally {
    full.disconnect();
    await own.kill();
  }
});
