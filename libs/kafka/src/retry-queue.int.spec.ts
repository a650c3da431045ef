import { DomainError } from '@halftone/kernel';
import { afterCommit, type Tx } from '@halftone/postgres';
import { engines, eventually, freshSchema, type FreshSchema, scraped } from '@halftone/testing';
import { sql } from 'kysely';
import type { Received } from './event-message';
import { TestGroup } from './fixture/group.fixture';

let schema: FreshSchema;
let given: TestGroup;
let seen: string[];
/** Values whose handler fails with a bug. */
let broken: Set<string>;

beforeAll(async () => {
  schema = await freshSchema('retry_queue');
});
afterAll(() => schema.drop());
beforeEach(async () => {
  given = await new TestGroup(engines().brokers, schema.url).open('retry_queue');
  seen = [];
  broken = new Set();
});
afterEach(() => given.close());

const handle = async (tx: Tx, { value }: Received<string>): Promise<void> => {
  if (broken.has(value)) throw new TypeError(`cannot read ${value}`);
  afterCommit(tx, () => seen.push(value));
};
/** Makes the next attempt the last one. */
const exhaust = (offset: number) =>
  sql`update parked_event set attempts = 11, next_try_at = now() where "offset" = ${offset} and consumer = ${given.group}`.execute(
    given.database.rows,
  );
const startOver = () =>
  given.admin.setOffsets({
    groupId: given.group,
    topic: given.topic.name,
    partitions: [
      { partition: 0, offset: '0' },
      { partition: 1, offset: '0' },
    ],
  });
const isQuiet = () => eventually(async () => expect(await given.parked()).toEqual([]), 20_000);

test('while an event fails, events of other keys of its partition are handled; those of its key wait in order', async () => {
  const [a, b, c] = given.keysOfOnePartition(3) as [string, string, string];
  broken.add('a1');
  await given.consume(handle);
  await given.send(['a1', a], ['b1', b], ['a2', a], ['c1', c], ['a3', a], ['b2', b]);
  await eventually(() => expect(seen).toEqual(['b1', 'c1', 'b2']), 20_000);
  expect((await given.parked()).map(({ key, value, state }) => [key, value, state])).toEqual([
    [a, 'a1', 'waiting'],
    [a, 'a2', 'waiting'],
    [a, 'a3', 'waiting'],
  ]);
  await eventually(async () => expect(await scraped(`parked_events{group="${given.group}"}`)).toBe(3), 20_000);
  broken.clear();
  await eventually(() => expect(seen).toEqual(['b1', 'c1', 'b2', 'a1', 'a2', 'a3']), 20_000);
  await given.send(['a4', a]);
  await eventually(() => expect(seen.at(-1)).toBe('a4'), 20_000);
  await isQuiet();
});

test('an event that keeps failing goes to the dead letters with the error, and its key continues', async () => {
  const [a] = given.keysOfOnePartition(1) as [string];
  broken.add('a1');
  await given.consume(handle);
  await given.send(['a1', a], ['a2', a]);
  await eventually(async () => expect(await given.parked()).toHaveLength(2), 20_000);
  expect(seen).toEqual([]);
  await exhaust(0);
  await eventually(() => expect(seen).toEqual(['a2']), 20_000);
  expect(await given.letters()).toMatchObject([
    { reason: 'TypeError', message: 'cannot read a1', attempts: 12, state: 'open', original: { key: Buffer.from(a) } },
  ]);
});

test('an unavailable peer delays others for a moment only, and never causes a dead letter', async () => {
  const [a, b] = given.keysOfOnePartition(2) as [string, string];
  let isUnavailable = true;
  await given.consume(async (tx, { value }) => {
    if (value.startsWith('a') && isUnavailable) throw new DomainError('UNAVAILABLE', 'the peer is unreachable');
    afterCommit(tx, () => seen.push(value));
  });
  await given.send(['a1', a], ['b1', b]);
  await eventually(() => expect(seen).toEqual(['b1']), 20_000);
  await sql`update parked_event set attempts = 1000 where consumer = ${given.group}`.execute(given.database.rows);
  await eventually(async () => expect((await given.parked())[0]!.attempts).toBeGreaterThan(1000), 20_000);
  isUnavailable = false;
  await eventually(() => expect(seen).toEqual(['b1', 'a1']), 20_000);
  expect(await given.letters()).toEqual([]);
});

test('a handler that hangs delays only its own key', async () => {
  const [a, b] = given.keysOfOnePartition(2) as [string, string];
  const gate = Promise.withResolvers<void>();
  await given.consume(async (tx, { value }) => {
    if (value === 'a1') await gate.promise;
    afterCommit(tx, () => seen.push(value));
  });
  await given.send(['a1', a], ['b1', b], ['a2', a]);
  await eventually(() => expect(seen).toEqual(['b1']), 20_000);
  await eventually(async () => expect((await given.parked()).map(({ value }) => value)).toEqual(['a1', 'a2']), 20_000);
  gate.resolve();
  await eventually(() => expect(seen.at(-1)).toBe('a2'), 20_000);
});

test('a handler that waits for a lock delays other keys for seconds only', async () => {
  const [a, b] = given.keysOfOnePartition(2) as [string, string];
  const handled: [string, number][] = [];
  const lockOf = (key: string) => sql`select pg_advisory_xact_lock(hashtext(${given.group + key}))`;
  await given.consume(async (tx, { key, value }) => {
    await lockOf(key).execute(tx);
    handled.push([value, performance.now()]);
  });
  await given.send(['a0', a]);
  await eventually(() => expect(handled).toHaveLength(1), 20_000);
  await given.database.tx(async (held) => {
    await lockOf(a).execute(held);
    const began = performance.now();
    await given.send(['a1', a], ['b1', b], ['a2', a]);
    await eventually(() => expect(handled[1]?.[0]).toBe('b1'), 20_000);
    // A handler may take 10 s, but not wait that long for a lock.
    expect(handled[1]![1] - began).toBeLessThan(5_000);
  });
  await eventually(() => expect(handled.map(([value]) => value)).toEqual(['a0', 'b1', 'a1', 'a2']), 20_000);
});

test('the next owner of the partition knows the parked events; an uncommitted offset changes nothing', async () => {
  const [a, b] = given.keysOfOnePartition(2) as [string, string];
  broken.add('a1').add('x');
  const first = await given.consume(handle);
  await given.send(['a1', a], ['a2', a], ['x', b], ['b1', b]);
  await eventually(async () => expect(await given.parked()).toHaveLength(4), 20_000);
  await exhaust(2);
  await eventually(() => expect(seen).toEqual(['b1']), 20_000);
  await first.stop();
  // As if it died before its commit: everything is delivered again. Events in the queue, and dead ones, are not
  // handled.
  await startOver();
  broken.delete('x');
  await given.consume(handle);
  await given.send(['a3', a], ['b2', b]);
  await eventually(() => expect(seen.at(-1)).toBe('b2'), 20_000);
  // The inbox has b1.
  expect(seen).toEqual(['b1', 'b2']);
  expect((await given.parked()).map(({ value }) => value)).toEqual(['a1', 'a2', 'a3']);
  broken.clear();
  await eventually(() => expect(seen).toEqual(['b1', 'b2', 'a1', 'a2', 'a3']), 20_000);
  expect(await given.letters()).toHaveLength(1);
});

test('without the database nothing is parked and nothing overtakes: the event is retried in place', async () => {
  const [a, b] = given.keysOfOnePartition(2) as [string, string];
  let failures = 0;
  const rename = (from: string, to: string) => schema.alter(`alter table retry_queue.${from} rename to ${to}`);
  await given.consume(async (tx, { value }) => {
    // With b1 in one transaction, and then alone.
    if (value === 'a1' && failures++ < 2) throw new TypeError('x');
    afterCommit(tx, () => seen.push(value));
  });
  await given.send(['a0', a]);
  await eventually(() => expect(seen).toEqual(['a0']), 20_000);
  await rename('parked_event', 'away');
  try {
    await given.send(['a1', a], ['b1', b]);
    await eventually(() => expect(failures).toBe(2), 20_000);
    const retried = `consumer_handled_total{group="${given.group}",type="text",outcome="retried"}`;
    await eventually(async () => expect(await scraped(retried)).toBeGreaterThan(1), 20_000);
    expect(seen).toEqual(['a0']);
  } finally {
    await rename('away', 'parked_event');
  }
  await eventually(() => expect(seen).toEqual(['a0', 'a1', 'b1']), 20_000);
});

test('a deleted topic is created again and read from its start, whatever the old one left', async () => {
  const [a] = given.keysOfOnePartition(1) as [string];
  await given.consume(handle);
  await given.send(['poison', a], ['a1', a]);
  await eventually(() => expect(seen).toEqual(['a1']), 20_000);
  await eventually(async () => expect(await given.letters()).toHaveLength(1), 20_000);
  await given.admin.deleteTopics({ topics: [given.topic.name] });
  await eventually(async () => expect(await given.admin.listTopics()).not.toContain(given.topic.name), 20_000);
  await eventually(async () => expect(await given.admin.listTopics()).toContain(given.topic.name), 40_000);
  await eventually(() => given.send(['new', a]), 20_000);
  await eventually(() => expect(seen).toContain('new'), 40_000);
});
