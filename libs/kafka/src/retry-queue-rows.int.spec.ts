import { engines, freshSchema, type FreshSchema } from '@halftone/testing';
import type { KafkaMessage } from 'kafkajs';
import { sql } from 'kysely';
import { TestGroup } from './fixture/group.fixture';
import { RetryQueue } from './retry-queue';

let schema: FreshSchema;
let given: TestGroup;
let queue: RetryQueue;
let nextOffset = 0;

beforeAll(async () => {
  schema = await freshSchema('rows');
});
afterAll(() => schema.drop());
beforeEach(async () => {
  given = await new TestGroup(engines().brokers, schema.url).open('rows');
  queue = new RetryQueue(given.database, given.group);
});
afterEach(() => given.close());

const place = { topic: 't', partition: 0 };
const message = (key: string | null, more: object = {}): KafkaMessage =>
  ({
    offset: String(++nextOffset),
    timestamp: '1000',
    attributes: 0,
    key: key === null ? null : Buffer.from(key),
    value: Buffer.from('v'),
    headers: {},
    ...more,
  }) as KafkaMessage;
const bug = new TypeError('x');
const endClaims = () => sql`update parked_event set next_try_at = now()`.execute(given.database.rows);
const offsets = (events: readonly { message: KafkaMessage }[]) => events.map((event) => event.message.offset);

/** Parked, and due now. */
async function park(...messages: KafkaMessage[]): Promise<void> {
  for (const one of messages) await queue.enqueue(place, one, bug, false);
  await endClaims();
}

test('the first event of each key is claimed by one worker until the claim expires', async () => {
  const [a1, a2, b1, none] = [message('a'), message('a'), message('b'), message(null)];
  await park(a1, a2, b1, none);
  const both = await Promise.all([queue.claim(8), queue.claim(8)]);
  expect(offsets(both.flat()).sort()).toEqual([a1, b1, none].map(({ offset }) => offset));
  expect(await queue.claim(8)).toEqual([]);
  await endClaims();
  expect(await queue.claim(8)).toHaveLength(3);
});

test('a worker that lost its claim changes nothing', async () => {
  await park(message('a'));
  const [zombie] = await queue.claim(1);
  await endClaims();
  const [owner] = await queue.claim(1);
  await queue.markDeadLettering(zombie!, bug);
  await queue.reschedule(zombie!, bug);
  await queue.release(zombie!);
  expect(await queue.claim(1)).toEqual([]);
  await queue.reschedule(owner!, bug);
  await endClaims();
  expect(await queue.claim(1)).toMatchObject([{ state: 'waiting', attempts: 4 }]);
});

test('an event joins the queue only while one of its key waits', async () => {
  await park(message('a'));
  expect(await queue.enqueueBehind(place, message('b'))).toBe(false);
  expect(await queue.enqueueBehind({ ...place, partition: 1 }, message('a'))).toBe(false);
  const second = message('a');
  expect(await queue.enqueueBehind(place, second)).toBe(true);
  expect(await queue.enqueueBehind(place, second)).toBe(true);
  for (let left = 2; left > 0; left -= 1) {
    const [first] = await queue.claim(8);
    await queue.remove(first!);
  }
  expect(await queue.enqueueBehind(place, message('a'))).toBe(false);
  expect((await queue.backlogOf(place, '0')).keys.size).toBe(0);
});

test('the next event of a key is due as soon as the one before it is removed or dead-lettered, and no sooner', async () => {
  const [first, second, third] = [message('a'), message('a'), message('a')];
  await queue.enqueue(place, first, bug, true);
  for (const one of [second, third]) expect(await queue.enqueueBehind(place, one)).toBe(true);
  const [rejected] = await queue.claim(8);
  expect(await queue.claim(8)).toEqual([]);
  await queue.markDeadLettered(rejected!);
  const [next] = await queue.claim(8);
  expect(next!.message.offset).toBe(second.offset);
  expect(await queue.claim(8)).toEqual([]);
  await queue.remove(next!);
  await queue.remove(next!);
  expect(offsets(await queue.claim(8))).toEqual([third.offset]);
});

test('removing an event twice does not affect the claim of the next one', async () => {
  await park(message('a'));
  expect(await queue.enqueueBehind(place, message('a'))).toBe(true);
  const [first] = await queue.claim(8);
  await queue.remove(first!);
  expect(await queue.claim(8)).toHaveLength(1);
  await queue.remove(first!);
  expect(await queue.claim(8)).toEqual([]);
});

test.each(['a', null])(
  'an event enqueued while the last one of its key, %s, is removed is either due or not enqueued',
  async (key) => {
    const outcomes = new Set<boolean>();
    for (let round = 0; round < 60; round += 1) {
      await park(message(key));
      const [last] = await queue.claim(8);
      const late = message(key);
      const [isQueued] = await Promise.all([queue.enqueueBehind(place, late), queue.remove(last!)]);
      outcomes.add(isQueued);
      const due = await queue.claim(8);
      expect(offsets(due)).toEqual(isQueued ? [late.offset] : []);
      for (const one of due) await queue.remove(one);
    }
    expect(outcomes).toContain(true);
  },
);

test('events behind a failing key are deferred, so they hide no other key', async () => {
  await park(...Array.from({ length: 450 }, () => message('a')));
  const [first] = await queue.claim(1);
  expect(first).toMatchObject({ position: place, state: 'waiting' });
  const other = message('b');
  await queue.enqueue(place, other, bug, false);
  await sql`update parked_event set next_try_at = now() where key = 'b'`.execute(given.database.rows);
  const found: string[] = [];
  for (let look = 0; look < 3; look += 1) found.push(...offsets(await queue.claim(8)));
  expect(found).toEqual([other.offset]);
  await queue.remove(first!);
  expect(await queue.claim(8)).toHaveLength(1);
});

test('a dead-lettered event is remembered, and not confused with a record at the same offset of another log', async () => {
  const dead = message('a');
  await queue.enqueue(place, dead, bug, true);
  const [event] = await queue.claim(1);
  expect(event).toMatchObject({ state: 'dying', attempts: 1, reason: 'TypeError', error: 'x' });
  await queue.markDeadLettered(event!);
  const backlog = await queue.backlogOf(place, dead.offset);
  expect([...backlog.known]).toEqual([`${dead.offset} 1000`]);
  expect(backlog.keys.size).toBe(0);
  const anew = { ...dead, timestamp: '2000' };
  await park(anew);
  expect(offsets(await queue.claim(8))).toEqual([anew.offset]);
});

test('a stored message is read back unchanged, whatever it contains', async () => {
  const odd = message('\0\u{ffff}', {
    value: null,
    headers: { 'a\0b': Buffer.from([0, 255]), many: [Buffer.from('x'), Buffer.from('')], empty: Buffer.alloc(0) },
  });
  await park(odd);
  expect((await queue.claim(1))[0]!.message).toEqual(odd);
});

test('depth returns the number of events and the age of the oldest', async () => {
  expect(await queue.depth()).toEqual({ events: 0, ageSeconds: 0 });
  await park(message('a'), message('b'));
  await sql`update parked_event set parked_at = now() - interval '1 minute'`.execute(given.database.rows);
  const { events, ageSeconds } = await queue.depth();
  expect([events, Math.floor(ageSeconds / 10)]).toEqual([2, 6]);
});
