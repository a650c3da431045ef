import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createKafka, ensureTopics, EventProducer } from '@halftone/kafka';
import { uuidv7 } from '@halftone/kernel';
import type { Database, OutboxRow, Tx } from '@halftone/postgres';
import type { Measured, Settings } from '../program.ts';
import { append, doWork, topic, type BenchTables } from './database.ts';

/** A commit each so many milliseconds: what a shop does, not what a machine can. */
const pauseMs = 5;

export interface Journey {
  publish(rows: readonly OutboxRow[]): Promise<void>;
  /** Commits so many pieces of work one after the other and waits until a consumer had all of them. */
  travel(
    database: Database<BenchTables>,
    alsoInTransaction?: (tx: Tx<BenchTables>) => Promise<unknown>,
  ): Promise<Measured>;
}

/** As in proof/harness, which the programs may not import: they are built on the libs alone. */
const percentile = (values: number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? Number.NaN;

/** Producer and consumer, which are the same for every way to wake a relay. */
export async function openJourney({ brokers, operations }: Settings): Promise<Journey> {
  const kafka = createKafka({ brokers, clientId: 'bench' });
  const admin = kafka.admin();
  await admin.connect();
  await ensureTopics(admin, [topic]);
  const producer = new EventProducer(kafka, 'bench');
  await producer.connect();
  const consumer = kafka.consumer({ groupId: `bench-${randomUUID()}`, maxWaitTimeInMs: 100, minBytes: 1 });
  const committed = new Map<string, number>();
  const [toRelay, toConsumer] = [new Map<string, number>(), new Map<string, number>()];
  await consumer.connect();
  await consumer.subscribe({ topics: [topic.name], fromBeginning: false });
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
  await consumer.run({
    eachMessage: async ({ message }) => void toConsumer.set(String(message.headers?.['ce_id']), performance.now()),
  });
  await joined;
  await sleep(500);
  const publish = async (rows: readonly OutboxRow[]) => {
    for (const { eventId } of rows) toRelay.set(eventId, performance.now());
    await producer.publish(rows);
  };
  return {
    publish,
    travel: async (database, alsoInTransaction) => {
      for (let index = 0; index < operations; index += 1) {
        const id = uuidv7();
        await database.tx(async (tx) => {
          await doWork(tx, id);
          await append(tx, id, index);
          await alsoInTransaction?.(tx);
        });
        committed.set(id, performance.now());
        await sleep(pauseMs * (0.5 + Math.random()));
      }
      while ([...committed.keys()].some((id) => !toConsumer.has(id))) await sleep(20);
      const since = (times: Map<string, number>) =>
        [...committed].map(([id, at]) => Math.max(0, (times.get(id) ?? Number.NaN) - at));
      return {
        relayP50Ms: percentile(since(toRelay), 0.5),
        p50Ms: percentile(since(toConsumer), 0.5),
        p99Ms: percentile(since(toConsumer), 0.99),
      };
    },
  };
}
