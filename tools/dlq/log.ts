/** The topics of dead letters, read whole and appended to. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  deadLetterTopicOf,
  groupOfDeadLetters,
  lettersOf,
  type DeadLetter,
  type DeadLetterRecord,
} from '@halftone/contracts';
import { CompressionTypes, Kafka, logLevel, Partitioners, type Admin, type Message } from 'kafkajs';

const answerMs = 20_000;

export class DeadLetterLog {
  readonly #kafka: Kafka;
  readonly #admin: Admin;

  private constructor(kafka: Kafka, admin: Admin) {
    this.#kafka = kafka;
    this.#admin = admin;
  }

  static async open(brokers: string[]): Promise<DeadLetterLog> {
    const kafka = new Kafka({ clientId: 'halftone.dlq', brokers, logLevel: logLevel.NOTHING, retry: { retries: 3 } });
    const admin = kafka.admin();
    await admin.connect();
    return new DeadLetterLog(kafka, admin);
  }

  async close(): Promise<void> {
    await this.#admin.disconnect();
  }

  async groups(): Promise<string[]> {
    const names = await this.#admin.listTopics();
    return names.flatMap((name) => groupOfDeadLetters(name) ?? []).sort();
  }

  /** Oldest first within each group. */
  async letters(groups: readonly string[]): Promise<DeadLetter[]> {
    const filled = await this.#ends(groups);
    const records = filled.size > 0 ? await this.#read(filled) : new Map<string, DeadLetterRecord[]>();
    return groups.flatMap((group) => lettersOf(group, records.get(deadLetterTopicOf(group)) ?? []));
  }

  /** Resolves once all replicas have it. */
  async append(topic: string, message: Message): Promise<void> {
    const producer = this.#kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    try {
      await producer.send({ topic, acks: -1, compression: CompressionTypes.None, messages: [message] });
    } finally {
      await producer.disconnect();
    }
  }

  /** Topic -> the offset after its last message; without empty ones. */
  async #ends(groups: readonly string[]): Promise<Map<string, bigint>> {
    const ends = new Map<string, bigint>();
    for (const group of groups) {
      const topic = deadLetterTopicOf(group);
      const [end] = await this.#admin.fetchTopicOffsets(topic);
      if (end && end.high !== end.low) ends.set(topic, BigInt(end.high));
    }
    return ends;
  }

  /** kafkajs can only read as a consumer group: a temporary one, which is deleted afterwards. */
  async #read(ends: ReadonlyMap<string, bigint>): Promise<Map<string, DeadLetterRecord[]>> {
    const groupId = `halftone.dlq-reader.${randomUUID()}`;
    const consumer = this.#kafka.consumer({ groupId, maxWaitTimeInMs: 50, minBytes: 1, rebalanceTimeout: 5_000 });
    const records = new Map([...ends.keys()].map((topic): [string, DeadLetterRecord[]] => [topic, []]));
    const open = new Set(ends.keys());
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const late = setTimeout(() => reject(new Error(`Kafka gave no answer within ${answerMs} ms`)), answerMs);
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [...ends.keys()], fromBeginning: true });
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      const eachBatch: Parameters<typeof consumer.run>[0] = {
        autoCommit: false,
        eachBatch: async ({ batch }) => {
          const end = ends.get(batch.topic) ?? 0n;
          for (const message of batch.messages)
            if (BigInt(message.offset) < end) records.get(batch.topic)?.push(message as DeadLetterRecord);
          if (BigInt(batch.lastOffset()) >= end - 1n) open.delete(batch.topic);
          if (open.size === 0) resolve();
        },
      };
      consumer.run(eachBatch).catch(reject);
      await promise;
      return records;
    } finally {
      clearTimeout(late);
      await consumer.disconnect();
      await this.#forget(groupId);
    }
  }

  /** The coordinator may need a moment to see that the group is empty; one that is left behind expires by itself. */
  async #forget(groupId: string): Promise<void> {
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      const isGone = await this.#admin.deleteGroups([groupId]).then(
        () => true,
        () => false,
      );
      if (isGone) return;
      await sleep(50 * attempt);
    }
  }
}
