import { engines, freshSchema, type FreshSchema } from '@halftone/testing';
import type { KafkaMessage } from 'kafkajs';
import { sql } from 'kysely';
import { TestGroup } from './fixture/group.fixture';
import { Parking } from './parking';

let schema: FreshSchema;
let given: TestGroup;
let parking: Parking;
let nextOffset = 0;

beforeAll(async () => {
  schema = await freshSchema('rows');
});
afterAll(() => schema.drop());
beforeEach(async () => {
  given = await new TestGroup(engines().brokers, schema.url).open('rows');
  parking = new Parking(given.database, given.group);
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
  for (const one of messages) await parking.setAside(place, one, bug, false);
  await endClaims();
}

test('of each key the first is handed out, to one worker, until its claim runs out', async () => {
  const [a1, a2, b1, none] = [message('a'), message('a'), message('b'), message(null)];
  await park(a1, a2, b1, none);
  const both = await Promise.all([parking.claim(8), parking.claim(8)]);
  expect(offsets(both.flat()).sort()).toEqual([a1, b1, none].map(({ offset }) => offset));
  expect(await parking.claim(8)).toEqual([]);
  await endClaims();
  expect(await parking.claim(8)).toHaveLength(3);
});

test('who lost its claim changes nothing any more', async () => {
  await park(message('a'));
  const [zombie] = await parking.claim(1);
  await endClaims();
  const [owner] = await parking.claim(1);
  await parking.giveUp(zombie!, bug);
  await parking.postpone(zombie!, bug);
  await parking.release(zombie!);
  expect(await parking.claim(1)).toEqual([]);
  await parking.postpone(owner!, bug);
  await endClaims();
  expect(await parking.claim(1)).toMatchObject([{ state: 'waiting', attempts: 4 }]);
});

test('an event is queued only while one of its key waits', async () => {
  await park(message('a'));
  expect(await parking.queueBehind(place, message('b'))).toBe(false);
  expect(await parking.queueBehind({ ...place, partition: 1 }, message('a'))).toBe(false);
  const second = message('a');
  expect(await parking.queueBehind(place, second)).toBe(true);
  expect(await parking.queueBehind(place, second)).toBe(true);
  for (let left = 2; left > 0; left -= 1) {
    const [first] = await parking.claim(8);
    await parking.settle(first!);
  }
  expect(await parking.queueBehind(place, message('a'))).toBe(false);
  expect((await parking.laneOf(place, '0')).keys.size).toBe(0);
});

test('one that goes to the dead letters is remembered, apart from a record at the same place of another log', async () => {
  const dead = message('a');
  await parking.setAside(place, dead, bug, true);
  const [event] = await parking.claim(1);
  expect(event).toMatchObject({ state: 'dying', attempts: 1, reason: 'TypeError', error: 'x' });
  await parking.bury(event!);
  const lane = await parking.laneOf(place, dead.offset);
  expect([...lane.known]).toEqual([`${dead.offset} 1000`]);
  expect(lane.keys.size).toBe(0);
  const anew = { ...dead, timestamp: '2000' };
  await park(anew);
  expect(offsets(await parking.claim(8))).toEqual([anew.offset]);
});

test('a message comes out of its row as it went in, whatever it holds', async () => {
  const odd = message('\0\u{ffff}', {
    value: null,
    headers: { 'a\0b': Buffer.from([0, 255]), many: [Buffer.from('x'), Buffer.from('')], empty: Buffer.alloc(0) },
  });
  await park(odd);
  expect((await parking.claim(1))[0]!.message).toEqual(odd);
});

test('a pile is counted, with the age of its oldest', async () => {
  expect(await parking.pile()).toEqual({ events: 0, ageSeconds: 0 });
  await park(message('a'), message('b'));
  await sql`update parked_event set parked_at = now() - interval '1 minute'`.execute(given.database.rows);
  const { events, ageSeconds } = await parking.pile();
  expect([events, Math.floor(ageSeconds / 10)]).toEqual([2, 6]);
  await sql`update parked_event set state = 'dead', parked_at = now() - interval '15 days'`.execute(
    given.database.rows,
  );
  await parking.forgetOldTombstones();
  const { rows } = await sql`select 1 from parked_event where consumer = ${given.group}`.execute(given.database.rows);
  expect(rows).toEqual([]);
});
