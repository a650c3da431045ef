import { randomUUID } from 'node:crypto';
import { DomainError } from '@halftone/kernel';
import { traceparent } from '@halftone/service';
import { engines, eventually, scraped } from '@halftone/testing';
import type { Admin } from 'kafkajs';
import { createKafka } from './client';
import { DeadLetters } from './dead-letters';
import { ensureTopics } from './ensure-topics';
import { EventConsumer } from './event-consumer';
import { type EventHandler, on } from './event-handler';
import type { Received } from './event-message';
import { EventProducer } from './event-producer';
import { TopicReader } from './topic-reader';

const codec = {
  encode: (text: string) => ({ finish: () => Buffer.from(text) }),
  decode: (bytes: Uint8Array) => {
    const text = Buffer.from(bytes).toString();
    if (text === 'poison') throw new RangeError('invalid wire type');
    return text;
  },
};

const options = { brokers: engines().brokers, clientId: 'test' };
const kafka = createKafka(options);
const reader = new TopicReader(options);
let admin: Admin;
let producer: EventProducer;
let topic: { name: string; partitions: number; codec: typeof codec };
let group: string;
let consumers: EventConsumer[];

beforeAll(async () => {
  admin = kafka.admin();
  await admin.connect();
});
afterAll(async () => {
  await Promise.all([reader.close(), admin.disconnect()]);
});
beforeEach(async () => {
  const name = `test.${randomUUID()}`;
  topic = { name, partitions: 2, codec };
  group = `${name}.group`;
  consumers = [];
  producer = new EventProducer(kafka, 'test');
  await ensureTopics(admin, [topic, { name: `${group}.dlq`, partitions: 1 }]);
});
afterEach(async () => {
  await Promise.all(consumers.map((consumer) => consumer.stop()));
  await producer.disconnect();
  await admin.deleteTopics({ topics: [topic.name, `${group}.dlq`] });
});

async function consume(
  handle: (event: Received<string>) => Promise<void>,
  also: EventHandler[] = [],
): Promise<EventConsumer> {
  const onFatal = (error: Error) => {
    throw error;
  };
  const handlers = [on(topic, 'text', handle), ...also];
  const consumer = new EventConsumer({
    kafka,
    group,
    handlers,
    deadLetters: new DeadLetters(group, producer),
    onFatal,
  });
  consumers.push(consumer);
  await consumer.start();
  return consumer;
}

let rows = 0;
const row = (value: string, key = 'k', more: object = {}) => ({
  id: ++rows,
  eventId: randomUUID(),
  topic: topic.name,
  key,
  type: 'text',
  subject: 'texts/1',
  sequence: 1,
  value: Buffer.from(value),
  traceparent: null,
  time: new Date(),
  ...more,
});

const deadLetters = async () => {
  const found: { value: string; headers: Record<string, string> }[] = [];
  const dlq = kafka.consumer({ groupId: `${group}.${randomUUID()}`, maxWaitTimeInMs: 50 });
  await dlq.connect();
  await dlq.subscribe({ topics: [`${group}.dlq`], fromBeginning: true });
  await dlq.run({
    eachMessage: async ({ message }) => {
      const headers = Object.entries(message.headers ?? {}).map(([name, bytes]) => [name, String(bytes)]);
      found.push({ value: String(message.value), headers: Object.fromEntries(headers) });
    },
  });
  await eventually(() => expect(found.length).toBeGreaterThan(0), 10_000);
  await dlq.disconnect();
  return found;
};

test('events arrive in order with what they were sent with, and continue their trace', async () => {
  const trace = '0af7651916cd43dd8448eb211c80319c';
  const events: (Received<string> & { trace: string | undefined })[] = [];
  await consume(async (event) => void events.push({ ...event, trace: traceparent() }));
  const sent = ['a', 'b', 'c'].map((value) => row(value, 'k', { traceparent: `00-${trace}-b7ad6b7169203331-01` }));
  await producer.publish([...sent, row('not handled', 'k', { type: 'other' })]);
  await eventually(() => expect(events.map((event) => event.value)).toEqual(['a', 'b', 'c']), 10_000);
  expect(events[0]).toMatchObject({
    id: sent[0]!.eventId,
    key: 'k',
    subject: 'texts/1',
    sequence: 1,
    topic: topic.name,
    time: sent[0]!.time,
  });
  expect(events[0]!.partition).toBe(reader.partitionFor(topic, 'k'));
  expect(events[0]!.trace).toContain(trace);
});

test('a handler that fails for a while holds up its partition only, and loses and reorders nothing', async () => {
  const seen: string[] = [];
  let failures = 3;
  const [one, other] = keysOfTwoPartitions();
  await consume(async ({ value }) => {
    if (value === 'b' && failures-- > 0) throw new DomainError('UNAVAILABLE', 'the database is away');
    seen.push(value);
  });
  await producer.publish([row('a', one), row('b', one), row('c', one), row('x', other), row('y', other)]);
  await eventually(() => expect(seen).toHaveLength(5), 10_000);
  expect(seen.filter((value) => 'abc'.includes(value))).toEqual(['a', 'b', 'c']);
  expect(seen.indexOf('y')).toBeLessThan(seen.indexOf('b'));
});

test('poison and refused events go to the dead letters with the reason; those behind them are handled', async () => {
  const seen: string[] = [];
  await consume(async ({ value }) => {
    if (value === 'refused') throw new DomainError('ORDER_TRANSITION_ILLEGAL', 'a shipped order cannot be paid');
    seen.push(value);
  });
  await producer.publish([row('poison'), row('refused'), row('fine')]);
  await producer.publishRaw(topic.name, { key: 'k', value: 'no headers' });
  await producer.publish([row('last')]);
  await eventually(() => expect(seen).toEqual(['fine', 'last']), 10_000);
  const dead = await eventually(async () => {
    const found = await deadLetters();
    expect(found).toHaveLength(3);
    return found;
  }, 15_000);
  expect(dead.map(({ value, headers }) => [value, headers['dlq_reason']])).toEqual([
    ['poison', 'UndecodableError'],
    ['refused', 'ORDER_TRANSITION_ILLEGAL'],
    ['no headers', 'UndecodableError'],
  ]);
  expect(dead[1]!.headers).toMatchObject({
    ce_type: 'text',
    dlq_group: group,
    dlq_topic: topic.name,
    dlq_offset: '1',
    dlq_message: 'a shipped order cannot be paid',
  });
  expect(await scraped(`dead_letters_total{group="${group}"}`)).toBe(3);
  const outcome = (type: string, name: string) =>
    scraped(`consumer_handled_total{group="${group}",type="${type}",outcome="${name}"}`);
  expect(await Promise.all([outcome('text', 'done'), outcome('text', 'dead'), outcome('unknown', 'dead')])).toEqual([
    2, 2, 1,
  ]);
  expect(await scraped(`event_delay_seconds_count{group="${group}",topic="${topic.name}"}`)).toBe(2);
});

test('what was handled before a stop is not handled again by the next member', async () => {
  const seen: string[] = [];
  const first = await consume(async ({ value }) => void seen.push(value));
  await producer.publish([row('a'), row('b')]);
  await eventually(() => expect(seen).toEqual(['a', 'b']), 10_000);
  await first.stop();
  await producer.publish([row('c')]);
  await consume(async ({ value }) => void seen.push(value));
  await eventually(() => expect(seen).toEqual(['a', 'b', 'c']), 10_000);
});

test('a topic with another number of partitions is refused by name', async () => {
  await ensureTopics(admin, [topic]);
  await expect(ensureTopics(admin, [{ ...topic, partitions: 3 }])).rejects.toThrow(
    `${topic.name} has 2 partitions where the catalogue says 3`,
  );
});

test('processes that start together all find the topics', async () => {
  const spec = { name: `${topic.name}.race`, partitions: 3 };
  await Promise.all([1, 2, 3, 4].map(() => eventually(() => ensureTopics(admin, [spec]))));
  await admin.deleteTopics({ topics: [spec.name] });
});

function keysOfTwoPartitions(): [string, string] {
  const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const of = (partition: number) => keys.find((key) => reader.partitionFor(topic, key) === partition) ?? 'none';
  return [of(0), of(1)];
}
