/**
 * Everything that is on Kafka now: all partitions of all topics of the catalogue and of all dead letters, from the oldest kept record to
 * the end as it was at the start. Read without the services' code but for the generated decoders.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { groupOfDeadLetters, topics } from '@halftone/contracts';
import { Kafka, logLevel, type Admin, type Consumer, type EachBatchPayload, type KafkaMessage } from 'kafkajs';
import { Collection, type Records } from './collection.ts';

export type { EventRecord, Records } from './collection.ts';

const readWithinMs = 60_000;

interface Position {
  topic: string;
  partition: number;
  low: bigint;
  high: bigint;
}

async function positionsOf(admin: Admin): Promise<Position[]> {
  const dead = (await admin.listTopics()).filter((name) => groupOfDeadLetters(name) !== undefined);
  const names = [...Object.values(topics).map(({ name }) => name), ...dead];
  const perTopic = names.map(async (topic) => {
    const offsets = await admin.fetchTopicOffsets(topic);
    return offsets.map(({ partition, low, high }) => ({ topic, partition, low: BigInt(low), high: BigInt(high) }));
  });
  return (await Promise.all(perTopic)).flat();
}

/** kafkajs reads only as a group: one of our own, which is gone afterwards. */
async function readUntilEnd(kafka: Kafka, admin: Admin, positions: Position[], into: Collection): Promise<void> {
  const open = new Map(positions.filter(({ low, high }) => high > low).map((p) => [`${p.topic}/${p.partition}`, p]));
  if (open.size === 0) return;
  const groupId = `halftone.verify.${randomUUID()}`;
  const consumer = kafka.consumer({
    groupId,
    maxWaitTimeInMs: 50,
    minBytes: 1,
    sessionTimeout: 10_000,
    rebalanceTimeout: 5000,
  });
  try {
    await consumer.connect();
    await consumer.subscribe({
      topics: [...new Set([...open.values()].map(({ topic }) => topic))],
      fromBeginning: true,
    });
    await drain(consumer, open, into);
  } finally {
    await consumer.disconnect();
    await deleteGroup(admin, groupId);
  }
}

/** Resolves when every open partition was read up to its end. */
function drain(consumer: Consumer, open: Map<string, Position>, into: Collection): Promise<void> {
  return new Promise((done, failed) => {
    const late = setTimeout(
      () => failed(new Error(`Kafka did not give all records within ${readWithinMs} ms`)),
      readWithinMs,
    );
    consumer.on(consumer.events.CRASH, ({ payload }) => failed(payload.error));
    const eachBatch = async ({ batch }: EachBatchPayload) => {
      const place = `${batch.topic}/${batch.partition}`;
      const position = open.get(place);
      if (!position) return;
      for (const message of batch.messages)
        if (BigInt(message.offset) < position.high) take(into, batch.topic, message);
      remember(into, position, batch.messages[0]);
      if (BigInt(batch.lastOffset()) >= position.high - 1n) open.delete(place);
      if (open.size > 0) return;
      clearTimeout(late);
      done();
    };
    consumer.run({ autoCommit: false, eachBatch }).catch(failed);
  });
}

function take(into: Collection, topic: string, message: KafkaMessage): void {
  const group = groupOfDeadLetters(topic);
  if (group === undefined) into.add(topic, message);
  else into.addDead(group, message);
}

/** When a partition of events has lost its beginning, what is older than its first record cannot be judged. */
function remember(into: Collection, { topic, low }: Position, first: KafkaMessage | undefined): void {
  if (low === 0n || !first || BigInt(first.offset) !== low || groupOfDeadLetters(topic) !== undefined) return;
  into.forgetBefore(new Date(Number(first.timestamp)));
}

/** The coordinator may need a moment to see that the group is empty; a group left behind expires by itself. */
async function deleteGroup(admin: Admin, groupId: string): Promise<void> {
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    const deleted = await admin.deleteGroups([groupId]).then(
      () => true,
      () => false,
    );
    if (deleted) return;
    await sleep(50 * attempt);
  }
}

export async function readRecords(brokers: string[]): Promise<Records> {
  const kafka = new Kafka({ clientId: 'halftone.verify', brokers, logLevel: logLevel.NOTHING, retry: { retries: 5 } });
  const admin = kafka.admin();
  await admin.connect();
  try {
    const collection = new Collection();
    await readUntilEnd(kafka, admin, await positionsOf(admin), collection);
    return collection.records;
  } finally {
    await admin.disconnect();
  }
}
