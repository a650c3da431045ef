/**
 * Everything that is on Kafka now: all partitions of all topics of the catalogue, from the oldest kept record to the end as it
 * was at the start. Read without the services' code but for the generated decoders.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { topics, type eventsV1 } from '@halftone/contracts';
import {
  Kafka,
  logLevel,
  type Admin,
  type Consumer,
  type EachBatchPayload,
  type IHeaders,
  type KafkaMessage,
} from 'kafkajs';

export interface EventRecord<Value> {
  id: string;
  type: string;
  subject: string;
  key: string;
  sequence: number;
  value: Value;
}

export interface Records {
  orders: EventRecord<eventsV1.OrderEvent>[];
  payments: EventRecord<eventsV1.PaymentEvent>[];
  images: EventRecord<eventsV1.ImageEvent>[];
  feed: EventRecord<eventsV1.FeedEvent>[];
  /** Copies of a record that is there already: allowed, at least once is the contract of the wire. */
  wireDuplicates: number;
  /** Records that carry no event of ours, such as what somebody put there by hand. */
  strangers: number;
  /** The oldest time every partition still remembers; undefined when nothing was ever deleted. */
  keptSince: Date | undefined;
}

const readWithinMs = 60_000;

type TopicKey = keyof typeof topics;
const topicKeys = Object.keys(topics) as TopicKey[];

interface Position {
  topic: string;
  partition: number;
  low: bigint;
  high: bigint;
}

async function positionsOf(admin: Admin): Promise<Position[]> {
  const perTopic = topicKeys.map(async (key) => {
    const { name: topic } = topics[key];
    const offsets = await admin.fetchTopicOffsets(topic);
    return offsets.map(({ partition, low, high }) => ({ topic, partition, low: BigInt(low), high: BigInt(high) }));
  });
  return (await Promise.all(perTopic)).flat();
}

const header = (headers: IHeaders | undefined, name: string): string => headers?.[name]?.toString() ?? '';

/** Collects records in the order of their partition, first copies only. */
class Collection implements Records {
  orders: Records['orders'] = [];
  payments: Records['payments'] = [];
  images: Records['images'] = [];
  feed: Records['feed'] = [];
  wireDuplicates = 0;
  strangers = 0;
  keptSince: Date | undefined;
  readonly #seen = new Set<string>();

  add(topic: string, message: KafkaMessage): void {
    const key = topicKeys.find((candidate) => topics[candidate].name === topic);
    const id = header(message.headers, 'ce_id');
    if (!key || !id || !message.value) this.strangers += 1;
    else if (this.#seen.has(`${key} ${id}`)) this.wireDuplicates += 1;
    else if (!this.#decode(key, id, message)) this.strangers += 1;
    else this.#seen.add(`${key} ${id}`);
  }

  #decode(key: TopicKey, id: string, message: KafkaMessage): boolean {
    const { headers, value } = message;
    if (!value) return false;
    const facts = {
      id,
      type: header(headers, 'ce_type'),
      subject: header(headers, 'ce_subject'),
      key: message.key?.toString() ?? '',
      sequence: Number(header(headers, 'ce_sequence')),
    };
    try {
      const event = { ...facts, value: topics[key].codec.decode(value) };
      (this[key] as EventRecord<unknown>[]).push(event);
      return true;
    } catch {
      return false;
    }
  }
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
      for (const message of batch.messages) if (BigInt(message.offset) < position.high) into.add(batch.topic, message);
      remember(into, position, batch.messages[0]);
      if (BigInt(batch.lastOffset()) >= position.high - 1n) open.delete(place);
      if (open.size > 0) return;
      clearTimeout(late);
      done();
    };
    consumer.run({ autoCommit: false, eachBatch }).catch(failed);
  });
}

/** When a partition has lost its beginning, what is older than its first record cannot be judged. */
function remember(into: Collection, { low }: Position, first: KafkaMessage | undefined): void {
  if (low === 0n || !first || BigInt(first.offset) !== low) return;
  const time = new Date(Number(first.timestamp));
  if (!into.keptSince || time > into.keptSince) into.keptSince = time;
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
    const records = new Collection();
    await readUntilEnd(kafka, admin, await positionsOf(admin), records);
    return records;
  } finally {
    await admin.disconnect();
  }
}
