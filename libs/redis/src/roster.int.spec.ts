import { engines, eventually } from '@halftone/testing';
import type { Redis } from 'ioredis';
import { commandConnection, connect } from './connection';
import { Roster } from './roster';

let redis: Redis;
let roster: Roster;
const room = `test:${process.pid}-${Date.now()}`;

beforeAll(async () => {
  redis = commandConnection(engines().redisUrl);
  await connect(redis);
  roster = new Roster(redis);
});
afterAll(() => redis.disconnect());

const seconds = 1_000;
const entry = (member: string, in_ = room) => ({ room: in_, member });

test('a member is listed in its room only, until it is removed', async () => {
  await roster.put([entry('a'), entry('b'), entry('c', `${room}-2`)], 60 * seconds);
  expect(await roster.list(room)).toEqual(['a', 'b']);
  await roster.remove(entry('a'));
  expect(await roster.list(room)).toEqual(['b']);
  await roster.remove(entry('b'));
});

test('a member that is not renewed in time expires; a renewed one stays', async () => {
  const start = Date.now();
  await roster.put([entry('stays'), entry('dies')], 30 * seconds, start);
  await roster.put([entry('stays')], 30 * seconds, start + 20 * seconds);
  expect((await roster.list(room, start + 29 * seconds))?.toSorted()).toEqual(['dies', 'stays']);
  expect(await roster.list(room, start + 31 * seconds)).toEqual(['stays']);
  // It is deleted, not only hidden.
  expect(await roster.list(room, start)).toEqual(['stays']);
});

test('a room without renewals is deleted', async () => {
  await roster.put([entry('a', `${room}-3`)], 50);
  await eventually(async () => expect(await redis.exists(`halftone:room:${room}-3`)).toBe(0));
});

test('without Redis members are unknown, and nothing throws', async () => {
  const nowhere = commandConnection('redis://127.0.0.1:1');
  await connect(nowhere);
  const lost = new Roster(nowhere);
  await lost.put([entry('a')], seconds);
  await lost.remove(entry('a'));
  expect(await lost.list(room)).toBeUndefined();
  nowhere.disconnect();
});
