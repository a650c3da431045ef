import { randomUUID } from 'node:crypto';
import { engines, eventually } from '@halftone/testing';
import type { Admin } from 'kafkajs';
import { createKafka } from './client';
import { ensureTopics } from './ensure-topics';
import type { Received } from './event-message';
import { EventProducer } from './event-producer';
import { type Reading, TopicReader } from './topic-reader';

const codec = {
  encode: (text: string) => ({ finish: () => Buffer.from(text) }),
  decode: (bytes: Uint8Array) => Buffer.from(bytes).toString(),
};
const clientId = `test.${randomUUID()}`;
const options = { brokers: engines().brokers, clientId };
const kafka = createKafka(options);
const producer = new EventProducer(kafka, 'test');
const topic = { name: `test.${randomUUID()}`, partitions: 3, codec };
const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
let admin: Admin;
let reader: TopicReader;
let readings: Reading[];

beforeAll(async () => {
  admin = kafka.admin();
  await admin.connect();
  await ensureTopics(admin, [topic]);
});
afterAll(async () => {
  await producer.disconnect();
  await admin.deleteTopics({ topics: [topic.name] });
  await admin.disconnect();
});
beforeEach(() => {
  reader = new TopicReader(options);
  readings = [];
});
afterEach(async () => {
  await Promise.all(readings.map((reading) => reading.stop()));
  await reader.close();
});

const send = (prefix: string, n: number) =>
  producer.publish(
    Array.from({ length: n }, (_, i) => ({
      id: i,
      eventId: randomUUID(),
      topic: topic.name,
      key: keys[i % keys.length]!,
      type: 'text',
      subject: 'texts/1',
      sequence: 1,
      value: Buffer.from(`${prefix}${i}`),
      traceparent: null,
      time: new Date(),
    })),
  );

async function tail(fromTimestamp?: number): Promise<{ events: Received<string>[]; reading: Reading }> {
  const events: Received<string>[] = [];
  const request = { topic, onMessage: (event: Received<string>) => void events.push(event) };
  const reading = await reader.readAll(fromTimestamp === undefined ? request : { ...request, fromTimestamp });
  readings.push(reading);
  return { events, reading };
}

const values = (events: readonly Received<string>[]) => events.map((event) => event.value).sort();
const expected = (prefix: string, n: number) => Array.from({ length: n }, (_, i) => `${prefix}${i}`).sort();
const ourGroups = async () => (await admin.listGroups()).groups.filter(({ groupId }) => groupId.startsWith(clientId));

test('a reader from a timestamp gets all partitions from then on, each message once, and reports when it caught up', async () => {
  await send('before', 20);
  await new Promise((resolve) => setTimeout(resolve, 20));
  const since = Date.now();
  await send('old', 20);
  const { events, reading } = await tail(since);
  await reading.caughtUp;
  expect(values(events)).toEqual(expected('old', 20));
  await send('new', 20);
  await eventually(() => expect(values(events)).toEqual([...expected('new', 20), ...expected('old', 20)]), 10_000);
});

test('a reader without a timestamp starts at the end and has caught up immediately', async () => {
  await send('old', 5);
  const { events, reading } = await tail();
  await reading.caughtUp;
  await send('new', 5);
  await eventually(() => expect(values(events)).toEqual(expected('new', 5)), 10_000);
});

test('a stopped reader leaves no group behind, and the next one deletes the groups of a killed one', async () => {
  const { reading } = await tail();
  await eventually(async () => expect(await ourGroups()).toHaveLength(1), 10_000);
  await reading.stop();
  readings.length = 0;
  await eventually(async () => expect(await ourGroups()).toHaveLength(0));
});

test('ranges are read by offset, repeatedly over one connection', async () => {
  await send('range', 40);
  const key = 'a';
  const partition = reader.partitionFor(topic, key);
  const { low, high } = (await reader.endOffsets(topic))[partition]!;
  const all = await reader.readRange({ topic, partition, fromOffset: low, toOffset: high });
  if (all.reset) throw new Error('unexpected reset');
  expect(all.events.map((event) => event.offset)).toEqual(
    Array.from({ length: Number(high) - Number(low) }, (_, i) => String(Number(low) + i)),
  );
  const own = await reader.readRange({ topic, partition, fromOffset: low, toOffset: high, key });
  expect(own).toEqual({ reset: false, events: all.events.filter((event) => event.key === key) });
  const started = performance.now();
  const pieces = await Promise.all(
    [1, 2, 3, 4, 5].map((i) =>
      reader.readRange({
        topic,
        partition,
        fromOffset: String(Number(low) + i),
        toOffset: String(Number(low) + i + 2),
      }),
    ),
  );
  expect(
    pieces.map((piece) => (piece.reset ? [] : piece.events.map((event) => Number(event.offset) - Number(low)))),
  ).toEqual([
    [1, 2],
    [2, 3],
    [3, 4],
    [4, 5],
    [5, 6],
  ]);
  expect(performance.now() - started).toBeLessThan(3000);
  expect(await reader.readRange({ topic, partition, fromOffset: high, toOffset: high })).toEqual({
    reset: false,
    events: [],
  });
});

test('a range that was fetched in part continues with new messages', async () => {
  await send('range', 40);
  const partition = reader.partitionFor(topic, 'a');
  const read = async (from: number, to: number) => {
    const answer = await reader.readRange({ topic, partition, fromOffset: String(from), toOffset: String(to) });
    return answer.reset ? [] : answer.events.map((event) => Number(event.offset));
  };
  const first = Number((await reader.endOffsets(topic))[partition]!.high);
  expect(await read(first - 4, first - 2)).toEqual([first - 4, first - 3]);
  await send('more', 40);
  expect(await read(first - 2, first + 3)).toEqual([-2, -1, 0, 1, 2].map((n) => first + n));
  expect(await read(first - 5, first - 3)).toEqual([first - 5, first - 4]);
});

test('a range that retention has cut, or that never existed, is a reset', async () => {
  await send('gone', 20);
  const { partition, high } = (await reader.endOffsets(topic)).find((end) => Number(end.high) - Number(end.low) > 2)!;
  const beyond = String(Number(high) + 5);
  expect(await reader.readRange({ topic, partition, fromOffset: high, toOffset: beyond })).toEqual({ reset: true });
  const kept = String(Number(high) - 1);
  await admin.deleteTopicRecords({ topic: topic.name, partitions: [{ partition, offset: kept }] });
  expect(await reader.readRange({ topic, partition, fromOffset: String(Number(high) - 2), toOffset: high })).toEqual({
    reset: true,
  });
  expect(await reader.readRange({ topic, partition, fromOffset: kept, toOffset: high })).toMatchObject({
    reset: false,
    events: [{ offset: kept }],
  });
});

test('close ends running and waiting range reads, and none opens a connection again', async () => {
  await send('range', 40);
  const { partition, high } = (await reader.endOffsets(topic)).find((end) => Number(end.high) - Number(end.low) >= 10)!;
  const range = (back: number) => ({ topic, partition, fromOffset: String(Number(high) - back), toOffset: high });
  const answers = Array.from({ length: 10 }, (_, earlier) => reader.readRange(range(earlier + 1)));
  const ends = Promise.allSettled(answers);
  await answers[0];
  await reader.close();
  expect((await ends).at(-1)?.status).toBe('rejected');
  await expect(reader.readRange(range(1))).rejects.toThrow('closed');
  await eventually(async () => expect(await ourGroups()).toHaveLength(0), 20_000);
});

test('close stops tails, also one that is about to begin', async () => {
  const { reading } = await tail();
  await eventually(async () => expect(await ourGroups()).toHaveLength(1), 20_000);
  const begun = reader.readAll({ topic, onMessage: () => undefined });
  await Promise.all([expect(begun).rejects.toThrow(), reader.close()]);
  await reading.caughtUp;
  await eventually(async () => expect(await ourGroups()).toHaveLength(0), 20_000);
});
