import { randomUUID } from 'node:crypto';
import { toLetter } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import { afterCommit, type Tx } from '@halftone/postgres';
import { engines, eventually, freshSchema, type FreshSchema, scraped } from '@halftone/testing';
import { DeadLetterCount } from './dead-letter-count';
import { DeadLetterDesk } from './dead-letter-desk';
import { ensureTopics } from './ensure-topics';
import { EventConsumer } from './event-consumer';
import { on } from './event-handler';
import { TestGroup } from './fixture/group.fixture';

let schema: FreshSchema;
let given: TestGroup;
let desk: DeadLetterDesk;
let seen: string[];
let isRepaired: boolean;

beforeAll(async () => {
  schema = await freshSchema('desk');
});
afterAll(() => schema.drop());
beforeEach(async () => {
  given = await new TestGroup(engines().brokers, schema.url).open('desk');
  desk = new DeadLetterDesk(given.reader, given.producer);
  seen = [];
  isRepaired = false;
});
afterEach(() => given.close());

const consume = () =>
  given.consume(async (tx, { value }) => {
    if (value === 'a1' && !isRepaired) throw new DomainError('ORDER_NOT_FOUND', 'no such order');
    afterCommit(tx, () => seen.push(value));
  });
const open = () => desk.list({ group: given.group, state: 'open' });
const letter = () => eventually(async () => (await open())[0] ?? Promise.reject(new Error('no letter')), 20_000);

test('poison goes to the dead letters, other keys continue; after a repair the replay has one effect', async () => {
  const [a, b] = given.keysOfOnePartition(2) as [string, string];
  await consume();
  await given.send(['a1', a], ['b1', b], ['a2', a]);
  const { id } = await letter();
  await eventually(() => expect(seen).toEqual(['b1', 'a2']), 20_000);
  isRepaired = true;
  expect(await desk.replay(id, 'olga')).toMatchObject({ state: 'replayed', resolved: { by: 'olga' } });
  await eventually(() => expect(seen).toEqual(['b1', 'a2', 'a1']), 20_000);
  expect(await desk.list({ group: given.group })).toMatchObject([{ id, state: 'replayed' }]);
  await expect(desk.replay(id, 'bob')).rejects.toMatchObject({ code: 'DEAD_LETTER_CLOSED' });
  await expect(desk.drop(id, 'bob')).rejects.toMatchObject({ code: 'DEAD_LETTER_CLOSED' });
});

test('a replay that fails again is a new letter', async () => {
  const [a] = given.keysOfOnePartition(1) as [string];
  await consume();
  await given.send(['a1', a]);
  const first = await letter();
  await desk.replay(first.id, 'olga');
  const second = await letter();
  expect(second).toMatchObject({ reason: 'ORDER_NOT_FOUND', message: 'no such order', copies: 1 });
  expect(second.id).not.toBe(first.id);
  await desk.drop(second.id, 'olga');
  expect(await open()).toEqual([]);
});

test('a replay reaches only the group of the letter', async () => {
  const [a] = given.keysOfOnePartition(1) as [string];
  const others: string[] = [];
  const { kafka, producer, database, topic, prepare } = given;
  const group = `${topic.name}.others`;
  const handlers = [on(topic, 'text', async (tx: Tx, { value }) => afterCommit(tx, () => others.push(value)))];
  const other = new EventConsumer({ kafka, group, handlers, producer, database, prepare, onFatal: () => undefined });
  await Promise.all([consume(), other.start()]);
  try {
    await given.send(['a1', a]);
    const { id } = await letter();
    isRepaired = true;
    await desk.replay(id, 'olga');
    await given.send(['a2', a]);
    await eventually(() => expect(seen).toEqual(['a1', 'a2']), 20_000);
    await eventually(() => expect(others).toEqual(['a1', 'a2']), 20_000);
  } finally {
    await other.stop();
  }
});

test('a replay sends the original, byte for byte', async () => {
  const headers = { ce_id: 'no uuid', empty: '', twice: ['x', 'y'], bytes: Buffer.from([0, 255]) };
  const value = Buffer.from([0, 1, 254, 255]);
  await consume();
  await given.sendRaw({ key: null, value, headers, partition: 1 });
  const { id, origin } = await letter();
  expect(origin.partition).toBe(1);
  await desk.replay(id, 'olga');
  await letter();
  const [first, second] = await given.messages(given.topic, 1);
  expect({ ...second, headers: { ...second!.headers, dlq_replayed: undefined } }).toEqual({
    ...first,
    headers: { ...first!.headers, dlq_replayed: undefined },
    offset: '1',
    timestamp: second!.timestamp,
    batchContext: expect.anything(),
  });
});

test('with more letters than one chunk, the newest are listed first and the oldest is found', async () => {
  const letters = 120;
  const failure = (n: number) => ({
    group: given.group,
    origin: { topic: given.topic.name, partition: 0, offset: String(n), recordTime: '1' },
    reason: 'ORDER_NOT_FOUND',
    message: 'no such order',
    attempts: 1,
    time: new Date(Date.UTC(2026, 0, 1) + n * 1000),
  });
  for (let n = 0; n < letters; n += 1)
    await given.producer.publishRaw(
      `${given.group}.dlq`,
      toLetter({ key: null, value: Buffer.from(`v${n}`) }, failure(n)),
    );
  const listed = await desk.list({ group: given.group }, 3);
  expect(listed.map(({ original }) => String(original.value))).toEqual(['v119', 'v118', 'v117']);
  expect(await desk.list({ group: given.group })).toHaveLength(100);
  const [oldest] = (await desk.statuses(given.group)).map(({ id }) => id);
  await desk.drop(oldest!, 'olga');
  expect(await desk.find(oldest!)).toMatchObject({ state: 'dropped', original: { value: Buffer.from('v0') } });
  const dropped = await desk.list({ group: given.group, state: 'dropped' });
  expect(dropped.map(({ id }) => id)).toEqual([oldest]);
}, 60_000);

test('an unknown letter is DEAD_LETTER_NOT_FOUND', async () => {
  for (const id of [`${given.group}/7`, 'nonsense', '', `${randomUUID()}/1`])
    await expect(desk.replay(id, 'olga')).rejects.toMatchObject({ code: 'DEAD_LETTER_NOT_FOUND' });
});

test('the number of open letters is a metric', async () => {
  const [a] = given.keysOfOnePartition(1) as [string];
  const count = new DeadLetterCount(desk);
  const metric = () => scraped(`dead_letters_open{group="${given.group}"}`);
  await consume();
  count.start();
  await eventually(async () => expect(await metric()).toBe(0), 20_000);
  await count.stop();
  await given.send(['a1', a], ['poison', a]);
  await eventually(async () => expect(await open()).toHaveLength(2), 20_000);
  const again = new DeadLetterCount(desk);
  again.start();
  await eventually(async () => expect(await metric()).toBe(2), 20_000);
  await again.stop();
});

test('a dead-letter topic of an older version gets the new retention and message size', async () => {
  const name = `${given.group}.old`;
  await given.admin.createTopics({
    topics: [{ topic: name, numPartitions: 1, configEntries: [{ name: 'segment.ms', value: '3600000' }] }],
  });
  const config = { 'retention.ms': '-1', 'max.message.bytes': '2097152' };
  await eventually(() => ensureTopics(given.admin, [{ name, partitions: 1, config }]));
  const resources = [{ type: 2, name }];
  await eventually(async () => {
    const described = await given.admin.describeConfigs({ includeSynonyms: false, resources });
    const entries = described.resources[0]!.configEntries.map(({ configName, configValue }) => [
      configName,
      configValue,
    ]);
    expect(Object.fromEntries(entries)).toMatchObject({ ...config, 'segment.ms': '3600000' });
  });
  await given.admin.deleteTopics({ topics: [name] });
});

const envelope = (more: object) => ({
  ce_id: randomUUID(),
  ce_type: 'text',
  ce_subject: 's',
  ce_time: new Date().toISOString(),
  ...more,
});

test.each([
  ['no headers', { value: 'x' }],
  ['nothing at all', { value: null }],
  ['a tombstone', { value: null, headers: envelope({}) }],
  ['an empty value', { value: '', headers: envelope({}) }],
  ['a value that does not decode', { value: 'poison', headers: envelope({}) }],
  ['an id that is not a UUID', { value: 'x', headers: envelope({ ce_id: '42' }) }],
  ['a null byte in the id', { value: 'x', headers: envelope({ ce_id: 'a\0b' }) }],
  ['a time before year 0', { value: 'x', headers: envelope({ ce_time: '-000001-01-01T00:00:00Z' }) }],
  ['an impossible date', { value: 'x', headers: envelope({ ce_time: '2026-13-41T00:00:00Z' }) }],
  ['a negative sequence', { value: 'x', headers: envelope({ ce_sequence: '-1' }) }],
  [
    'almost the largest message of the broker',
    { value: Buffer.alloc(1024 * 1024 - 300, 'y'), headers: { any: 'thing' } },
  ],
  ['an event that the handler rejects', { value: 'a1', headers: envelope({}) }],
])('poison: %s; the events behind it are handled immediately', async (_, message) => {
  const [a, b] = given.keysOfOnePartition(2) as [string, string];
  await consume();
  await given.sendRaw({ key: a, ...message });
  await given.send(['a2', a], ['b2', b]);
  await eventually(() => expect(seen.toSorted()).toEqual(['a2', 'b2']), 20_000);
  expect(await letter()).toMatchObject({ attempts: 1, original: { key: Buffer.from(a) } });
});

test('an event of an unhandled type is skipped', async () => {
  await consume();
  await given.sendRaw({ key: 'k', value: 'poison', headers: envelope({ ce_type: 'order.teleported' }) });
  await given.send(['a2', 'k']);
  await eventually(() => expect(seen).toEqual(['a2']), 20_000);
  expect(await open()).toEqual([]);
});
