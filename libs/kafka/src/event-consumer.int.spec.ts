import { DomainError } from '@halftone/kernel';
import { afterCommit } from '@halftone/postgres';
import { traceparent } from '@halftone/service';
import { engines, eventually, freshSchema, type FreshSchema, scraped } from '@halftone/testing';
import { ensureTopics } from './ensure-topics';
import type { Received } from './event-message';
import { TestGroup } from './fixture/group.fixture';

let schema: FreshSchema;
let given: TestGroup;

beforeAll(async () => {
  schema = await freshSchema('consumer');
});
afterAll(() => schema.drop());
beforeEach(async () => {
  given = await new TestGroup(engines().brokers, schema.url).open('consumer');
});
afterEach(() => given.close());

test('events arrive in order with all their attributes, and continue their trace', async () => {
  const trace = '0af7651916cd43dd8448eb211c80319c';
  const events: (Received<string> & { trace: string | undefined })[] = [];
  await given.consume(async (tx, event) => {
    const received = { ...event, trace: traceparent() };
    afterCommit(tx, () => events.push(received));
  });
  const sent = ['a', 'b', 'c'].map((value) =>
    given.event(value, 'k', { traceparent: `00-${trace}-b7ad6b7169203331-01` }),
  );
  await given.producer.publish([...sent, given.event('not handled', 'k', { type: 'other' })]);
  await eventually(() => expect(events.map((event) => event.value)).toEqual(['a', 'b', 'c']), 20_000);
  expect(events[0]).toMatchObject({
    id: sent[0]!.eventId,
    key: 'k',
    subject: 'texts/1',
    sequence: 1,
    topic: given.topic.name,
    time: sent[0]!.time,
  });
  expect(events[0]!.partition).toBe(given.reader.partitionFor(given.topic, 'k'));
  expect(events[0]!.trace).toContain(trace);
});

test('a handler that fails for a while delays only its partition, and loses and reorders nothing', async () => {
  const seen: string[] = [];
  let failures = 0;
  const [one, other] = given.keys();
  await given.consume(async (tx, { value }) => {
    if (value === 'b' && (failures++ < 3 || !seen.includes('y')))
      throw new DomainError('UNAVAILABLE', 'the database is unreachable');
    afterCommit(tx, () => seen.push(value));
  });
  await given.producer.publish([
    given.event('a', one),
    given.event('b', one),
    given.event('c', one),
    given.event('x', other),
    given.event('y', other),
  ]);
  await eventually(() => expect(seen).toHaveLength(5), 20_000);
  expect(seen.filter((value) => 'abc'.includes(value))).toEqual(['a', 'b', 'c']);
});

test('poison and rejected events go to the dead letters with the reason; the events behind them are handled', async () => {
  const seen: string[] = [];
  await given.consume(async (tx, { value }) => {
    if (value === 'refused') throw new DomainError('ORDER_TRANSITION_ILLEGAL', 'a shipped order cannot be paid');
    afterCommit(tx, () => seen.push(value));
  });
  await given.producer.publish([given.event('poison'), given.event('refused'), given.event('fine')]);
  await given.sendRaw({ key: 'k', value: 'no headers' });
  await given.producer.publish([given.event('last')]);
  await eventually(() => expect(seen).toEqual(['fine', 'last']), 20_000);
  const letters = await eventually(async () => {
    const found = await given.letters();
    expect(found).toHaveLength(3);
    return found;
  });
  expect(letters.map(({ original, reason }) => [String(original.value), reason])).toEqual([
    ['poison', 'UndecodableError'],
    ['refused', 'ORDER_TRANSITION_ILLEGAL'],
    ['no headers', 'UndecodableError'],
  ]);
  expect(letters[1]).toMatchObject({
    group: given.group,
    state: 'open',
    attempts: 1,
    message: 'a shipped order cannot be paid',
    origin: { topic: given.topic.name, offset: '1' },
  });
  expect(String(letters[1]!.original.headers!['ce_type'])).toBe('text');
  const outcome = (type: string, name: string) =>
    scraped(`consumer_handled_total{group="${given.group}",type="${type}",outcome="${name}"}`);
  await eventually(async () => {
    expect(await scraped(`dead_letters_total{group="${given.group}"}`)).toBe(3);
    const outcomes = [outcome('text', 'done'), outcome('text', 'dead'), outcome('unknown', 'dead')];
    expect(await Promise.all(outcomes)).toEqual([2, 2, 1]);
    expect(await scraped(`event_delay_seconds_count{group="${given.group}",topic="${given.topic.name}"}`)).toBe(2);
  });
});

test('events handled before a stop are not handled again by the next member', async () => {
  const seen: string[] = [];
  const first = await given.consume(async (tx, { value }) => afterCommit(tx, () => seen.push(value)));
  await given.producer.publish([given.event('a'), given.event('b')]);
  await eventually(() => expect(seen).toEqual(['a', 'b']), 20_000);
  await first.stop();
  await given.producer.publish([given.event('c')]);
  await given.consume(async (tx, { value }) => afterCommit(tx, () => seen.push(value)));
  await eventually(() => expect(seen).toEqual(['a', 'b', 'c']), 20_000);
});

test('a topic with a wrong number of partitions is an error with its name', async () => {
  await ensureTopics(given.admin, [given.topic]);
  await expect(ensureTopics(given.admin, [{ ...given.topic, partitions: 3 }])).rejects.toThrow(
    `${given.topic.name} has 2 partitions where the catalogue says 3`,
  );
});

test('processes that start together can all create the topics', async () => {
  const spec = { name: `${given.topic.name}.race`, partitions: 3 };
  await Promise.all([1, 2, 3, 4].map(() => eventually(() => ensureTopics(given.admin, [spec]))));
  await given.admin.deleteTopics({ topics: [spec.name] });
});
