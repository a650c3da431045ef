import { randomUUID } from 'node:crypto';
import { engines, eventually } from '@halftone/testing';
import type { Redis } from 'ioredis';
import { commandConnection, connect, subscriberConnection } from './connection';
import { PubSub } from './pub-sub';

const { redisUrl } = engines();
let redis: Redis;
let subscriber: Redis;

beforeAll(async () => {
  redis = commandConnection(redisUrl);
  subscriber = subscriberConnection(redisUrl);
  await Promise.all([connect(redis), connect(subscriber)]);
});
afterAll(() => {
  redis.disconnect();
  subscriber.disconnect();
});

test('messages reach the subscribers of a channel or pattern until they unsubscribe', async () => {
  const pubSub = new PubSub(redis, subscriber);
  const room = `test:${randomUUID()}`;
  const got: unknown[] = [];
  const end = await pubSub.subscribe(`${room}:a`, (message) => got.push(message));
  await pubSub.subscribe(`${room}:*`, (message, channel) => got.push([channel, message]));
  await pubSub.publish(`${room}:a`, { n: 1 });
  await eventually(() => expect(got).toEqual(expect.arrayContaining([{ n: 1 }, [`${room}:a`, { n: 1 }]])));
  await end();
  got.length = 0;
  await pubSub.publish(`${room}:a`, { n: 2 });
  await eventually(() => expect(got).toEqual([[`${room}:a`, { n: 2 }]]));
});

test('a subscription survives a connection loss', async () => {
  const own = subscriberConnection(redisUrl);
  const id = await own.client('ID');
  const pubSub = new PubSub(redis, own);
  const channel = `test:${randomUUID()}`;
  const got: unknown[] = [];
  await pubSub.subscribe(channel, (message) => got.push(message));
  expect(await redis.call('client', 'kill', 'id', id)).toBe(1);
  await eventually(async () => {
    await pubSub.publish(channel, 'again');
    expect(got).toContain('again');
  });
  own.disconnect();
});
