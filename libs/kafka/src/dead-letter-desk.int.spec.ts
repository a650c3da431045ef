import { randomUUID } from 'node:crypto';
import { DomainError } from '@halftone/kernel';
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
  given.consume(async ({ value }) => {
    if (value === 'a1' && !isRepaired) throw new DomainError('ORDER_NOT_FOUND', 'no such order');
    seen.push(value);
  });
const open = () => desk.list({ group: given.group, state: 'open' });
const letter = () => eventually(async () => (await open())[0] ?? Promise.reject(new Error('no letter')), 20_000);

test('poison in, other keys flow, repair, replay: one effect', async () => {
  const [a, b] = given.neighbours(2) as [string, string];
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

test('a replay in vain is a new letter, which names the one before', async () => {
  const [a] = given.neighbours(1) as [string];
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

test('a replay reaches the group whose letter it was, and no other', async () => {
  const [a] = given.neighbours(1) as [string];
  const others: string[] = [];
  const { kafka, producer, database, topic, prepare } = given;
  const group = `${topic.name}.others`;
  const handlers = [on(topic, 'text', async ({ value }) => void others.push(value))];
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

test('what is replayed is the original to the byte', async () => {
  const headers = { ce_id: 'no uuid', empty: '', twice: ['x', 'y'], bytes: Buffer.from([0, 255]) };
  const value = Buffer.from([0, 1, 254, 255]);
  await consume();
  await given.sendRaw({ key: null, value, headers, partition: 1 });
  const { id, origin } = await letter();
  expect(origin.partition).toBe(1);
  await desk.replay(id, 'olga');
  await letter();
  const [first, second] = await given.reader.readMessages(given.topic, 1);
  expect({ ...second, headers: { ...second!.headers, dlq_replayed: undefined } }).toEqual({
    ...first,
    headers: { ...first!.headers, dlq_replayed: undefined },
    offset: '1',
    timestamp: second!.timestamp,
    batchContext: expect.anything(),
  });
});

test('no letter of that name is an error with a code', async () => {
  for (const id of [`${given.group}/7`, 'nonsense', '', `${randomUUID()}/1`])
    await expect(desk.replay(id, 'olga')).rejects.toMatchObject({ code: 'DEAD_LETTER_NOT_FOUND' });
});

test('how many are open is told', async () => {
  const [a] = given.neighbours(1) as [string];
  const count = new DeadLetterCount(desk);
  const told = () => scraped(`dead_letters_open{group="${given.group}"}`);
  await consume();
  count.start();
  await eventually(async () => expect(await told()).toBe(0), 20_000);
  await count.stop();
  await given.send(['a1', a], ['poison', a]);
  await eventually(async () => expect(await open()).toHaveLength(2), 20_000);
  const again = new DeadLetterCount(desk);
  again.start();
  await eventually(async () => expect(await told()).toBe(2), 20_000);
  await again.stop();
});

test('a topic of dead letters that an older version made keeps its letters from now on, and takes the largest', async () => {
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
  ['an id that is no UUID', { value: 'x', headers: envelope({ ce_id: '42' }) }],
  ['a null byte in the id', { value: 'x', headers: envelope({ ce_id: 'a\0b' }) }],
  ['a time before all times', { value: 'x', headers: envelope({ ce_time: '-000001-01-01T00:00:00Z' }) }],
  ['a day that is none', { value: 'x', headers: envelope({ ce_time: '2026-13-41T00:00:00Z' }) }],
  ['a negative sequence', { value: 'x', headers: envelope({ ce_sequence: '-1' }) }],
  ['almost as much as the broker takes', { value: Buffer.alloc(1024 * 1024 - 300, 'y'), headers: { any: 'thing' } }],
  ['what the handler refuses', { value: 'a1', headers: envelope({}) }],
])('poison: %s; those behind it are handled at once', async (_, message) => {
  const [a, b] = given.neighbours(2) as [string, string];
  await consume();
  await given.sendRaw({ key: a, ...message });
  await given.send(['a2', a], ['b2', b]);
  await eventually(() => expect(seen.toSorted()).toEqual(['a2', 'b2']), 20_000);
  expect(await letter()).toMatchObject({ attempts: 1, original: { key: Buffer.from(a) } });
});

test('an event of a type that nobody here handles is passed over', async () => {
  await consume();
  await given.sendRaw({ key: 'k', value: 'poison', headers: envelope({ ce_type: 'order.teleported' }) });
  await given.send(['a2', 'k']);
  await eventually(() => expect(seen).toEqual(['a2']), 20_000);
  expect(await open()).toEqual([]);
});
