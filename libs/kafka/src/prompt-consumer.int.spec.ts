import { randomUUID } from 'node:crypto';
import { engines, eventually } from '@halftone/testing';
import type { Admin, Consumer, ConsumerConfig } from 'kafkajs';
import { createKafka } from './client';
import { ensureTopics } from './ensure-topics';

/** Longer than any disconnect takes, also on a busy machine, and than the session. */
const LONG_POLL_MS = 20_000;

const kafka = createKafka({ brokers: engines().brokers, clientId: 'test' });
const producer = kafka.producer();
const topic = { name: `test.${randomUUID()}`, partitions: 2 };
let admin: Admin;
let consumers: Consumer[];
let seen: string[];

beforeAll(async () => {
  admin = kafka.admin();
  await Promise.all([admin.connect(), producer.connect()]);
  await ensureTopics(admin, [topic]);
});
afterAll(async () => {
  await admin.deleteTopics({ topics: [topic.name] });
  await Promise.all([admin.disconnect(), producer.disconnect()]);
});
beforeEach(() => {
  consumers = [];
  seen = [];
});
afterEach(async () => {
  await Promise.all(consumers.map((consumer) => consumer.disconnect()));
});

async function join(groupId: string, config: Partial<ConsumerConfig> = {}): Promise<Consumer> {
  const all = { groupId, maxWaitTimeInMs: LONG_POLL_MS, sessionTimeout: 30_000, ...config };
  const consumer = kafka.consumer(all);
  consumers.push(consumer);
  const fetches = Promise.withResolvers<void>();
  consumer.on(consumer.events.FETCH_START, () => fetches.resolve());
  await consumer.connect();
  await consumer.subscribe({ topics: [topic.name], fromBeginning: true });
  await consumer.run({ eachMessage: async ({ message }) => void seen.push(String(message.value)) });
  await fetches.promise;
  return consumer;
}

const send = (value: string) => producer.send({ topic: topic.name, messages: [{ key: 'k', value }] });

async function stateOf(groupId: string): Promise<string | undefined> {
  return (await admin.describeGroups([groupId])).groups[0]?.state;
}

async function isCommitted(groupId: string): Promise<boolean> {
  const [offsets] = await admin.fetchOffsets({ groupId, topics: [topic.name] });
  return offsets?.partitions.some(({ offset }) => Number(offset) > 0) ?? false;
}

test('a consumer whose fetch waits for 20 s leaves its group immediately', async () => {
  const group = randomUUID();
  const consumer = await join(group);
  await send('a');
  await eventually(() => expect(seen).toContain('a'));
  const began = performance.now();
  await consumer.disconnect();
  expect(performance.now() - began).toBeLessThan(LONG_POLL_MS / 2);
  expect(await stateOf(group)).toBe('Empty');
});

test('what was handled is committed: the next member continues behind it, without waiting for a session to end', async () => {
  const group = randomUUID();
  const consumer = await join(group);
  await send('b');
  await eventually(() => expect(seen).toContain('b'));
  await eventually(async () => expect(await isCommitted(group)).toBe(true));
  await consumer.disconnect();
  seen = [];
  await send('c');
  const began = performance.now();
  await join(group);
  await eventually(() => expect(seen).toEqual(['c']));
  expect(performance.now() - began).toBeLessThan(15_000);
});

test('disconnect in the middle of a message waits for it and commits it', async () => {
  const group = randomUUID();
  const consumer = kafka.consumer({ groupId: group, maxWaitTimeInMs: LONG_POLL_MS });
  const entered = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  await consumer.connect();
  await consumer.subscribe({ topics: [topic.name], fromBeginning: false });
  let handled = 0;
  await consumer.run({
    eachMessage: async () => {
      entered.resolve();
      await release.promise;
      handled += 1;
    },
  });
  await eventually(async () => {
    await send('d');
    await Promise.race([entered.promise, new Promise((_, reject) => setTimeout(reject, 500, new Error('not yet')))]);
  });
  const left = consumer.disconnect();
  release.resolve();
  await left;
  expect(handled).toBeGreaterThan(0);
  expect(await isCommitted(group)).toBe(true);
});

test('disconnect works twice, and before the consumer ran', async () => {
  const consumer = kafka.consumer({ groupId: randomUUID() });
  await consumer.disconnect();
  await consumer.connect();
  await consumer.disconnect();
  await consumer.disconnect();
});
