/** Clients of Kafka, and consumers that make one batch of everything that was fetched. */
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { Kafka, logLevel, type Producer, Partitioners } from 'kafkajs';
import { Batcher } from './batcher.ts';

interface RequestQueue {
  pending: readonly unknown[];
  scheduleCheckPendingRequests(): void;
}

const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as { prototype: RequestQueue };
const schedule = prototype.scheduleCheckPendingRequests;
/** Without this, kafkajs 2.2.4 wakes up every millisecond for each connection; libs/kafka has the same. */
prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
  if (this.pending.length > 0) schedule.call(this);
};

const commitEveryMs = 1_000;
/** The broker holds a fetch until there is something to answer. */
const longestFetchMs = 5_000;
const mostItems = 500;

export const openKafka = (brokers: readonly string[], clientId: string): Kafka =>
  new Kafka({
    brokers: [...brokers],
    clientId,
    logLevel: logLevel.WARN,
    socketFactory: ({ host, port, onConnect }) => connect({ host, port }, onConnect).setNoDelay(true),
  });

export async function openProducer(kafka: Kafka): Promise<Producer> {
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  return producer;
}

interface Consumption {
  group: string;
  topics: string[];
  /** The values of all partitions that were fetched, in the order of each partition. */
  work: (values: readonly Buffer[]) => Promise<void>;
  /** Reads from the end of the topics, and commits nothing: for processes that each receive everything. */
  live?: boolean;
}

/** Offsets are committed once a second: after a crash events come again, and the inbox drops them. */
export async function consume(kafka: Kafka, { group, topics, work, live = false }: Consumption): Promise<void> {
  const times = { sessionTimeout: 10_000, heartbeatInterval: 3_000, maxWaitTimeInMs: longestFetchMs };
  const consumer = kafka.consumer({ groupId: group, allowAutoTopicCreation: false, ...times });
  const batcher = new Batcher<Buffer, void>(async (values) => (await work(values), []), mostItems);
  const done = new Map<string, { topic: string; partition: number; offset: string }>();
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: !live });
  await consumer.run({
    autoCommit: false,
    partitionsConsumedConcurrently: 16,
    eachBatch: async ({ batch }) => {
      const { topic, partition, messages } = batch;
      await Promise.all(messages.flatMap(({ value }) => (value ? [batcher.add(value)] : [])));
      done.set(`${topic}/${partition}`, { topic, partition, offset: String(Number(batch.lastOffset()) + 1) });
    },
  });
  if (live) return;
  setInterval(() => {
    if (done.size === 0) return;
    const offsets = [...done.values()];
    done.clear();
    // After a rebalance the partition may be another member's, who handles the events again.
    consumer.commitOffsets(offsets).catch(() => undefined);
  }, commitEveryMs);
}
