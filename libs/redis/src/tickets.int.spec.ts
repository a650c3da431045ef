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

test('a ticket is redeemed once, also by concurrent attempts', async () => {
  const tickets = new Tickets(redis);
  const ticket = await tickets.issue('a token', 30);
  const found = await Promise.all(Array.from({ length: 20 }, () => tickets.redeem(ticket)));
  expect(found.filter(Boolean)).toEqual(['a token']);
  expect(await tickets.redeem('never issued')).toBeUndefined();
});

test('a ticket expires', async () => {
  const tickets = new Tickets(redis);
  const ticket = await tickets.issue('a token', 1);
  await new Promise((resolve) => setTimeout(resolve, 1100));
  expect(await tickets.redeem(ticket)).toBeUndefined();
});

test('without Redis tickets are UNAVAILABLE', async () => {
  const nowhere = commandConnection('redis://127.0.0.1:1');
  await connect(nowhere);
  await expect(new Tickets(nowhere).redeem('x')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  nowhere.disconnect();
});
