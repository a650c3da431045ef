import type { Topic } from '@halftone/contracts';
import { logger } from '@halftone/service/log';
import { type Admin, type Kafka, type KafkaMessage, Partitioners } from 'kafkajs';
import { createKafka, type KafkaOptions } from './client';
import { decodeValue, envelopeOf, type Received } from './event-message';
import { LogTail } from './log-tail';
import { RangeReader, readerClosed } from './range-reader';

interface ReadAllRequest<V> {
  topic: Topic<V>;
  /** In milliseconds: each partition starts at its first message of that time or later. Without it, at the end. */
  fromTimestamp?: number;
  onMessage(event: Received<V>): void;
}

export interface Reading {
  /** The first offset to read, per partition; known before anything is delivered. */
  start: ReadonlyMap<number, bigint>;
  /** Resolves when everything that existed at the start was delivered; rejects when it is stopped first. */
  caughtUp: Promise<void>;
  stop(): Promise<void>;
}

/** The existing offsets are `low` to `high - 1`. */
interface PartitionEnds {
  partition: number;
  low: string;
  high: string;
}

/** `reset`: part of the range is gone from the topic, or never existed. */
type RangeAnswer<V> = { reset: true } | { reset: false; events: Received<V>[] };

/** Messages per read. One message has at most two megabytes. */
const CHUNK = 50n;

/**
 * Reads a topic as a log, outside the service's consumer group: everything from a time on, or a range by offsets.
 * After `close` it stops all reads and opens nothing again.
 */
export class TopicReader {
  private readonly kafka: Kafka;
  private readonly groupPrefix: string;
  private readonly ranges = new Map<string, RangeReader>();
  private readonly tails = new Set<LogTail>();
  private admin: Promise<Admin> | undefined;
  private closed = false;

  constructor(options: KafkaOptions) {
    this.kafka = createKafka(options);
    this.groupPrefix = `${options.clientId}.reader`;
  }

  async readAll<V>({ topic, fromTimestamp, onMessage }: ReadAllRequest<V>): Promise<Reading> {
    const ends = new Map((await this.endOffsets(topic)).map(({ partition, high }) => [partition, BigInt(high)]));
    const start = fromTimestamp === undefined ? ends : await this.offsetsAt(topic.name, fromTimestamp, ends);
    const tail = new LogTail({
      kafka: this.kafka,
      topic: topic.name,
      groupPrefix: this.groupPrefix,
      start,
      ends,
      onMessage: (partition, message) => {
        const event = this.decode(topic, partition, message);
        if (event) onMessage(event);
      },
    });
    if (this.closed) throw readerClosed();
    this.tails.add(tail);
    tail.start();
    void this.deleteDeadGroups();
    return { start, caughtUp: tail.caughtUp, stop: () => this.stop(tail) };
  }

  /** Events `fromOffset` (inclusive) to `toOffset` (exclusive) of one partition, of all keys or of one. */
  async readRange<V>(range: {
    topic: Topic<V>;
    partition: number;
    fromOffset: string;
    toOffset: string;
    key?: string;
  }): Promise<RangeAnswer<V>> {
    const { topic, partition, key } = range;
    const from = BigInt(range.fromOffset);
    const to = BigInt(range.toOffset);
    const ends = (await this.endOffsets(topic)).find((end) => end.partition === partition);
    if (!ends || from < BigInt(ends.low) || to > BigInt(ends.high)) return { reset: true };
    const messages = await this.rangeReader(topic).read({ partition, from, to });
    if (to > from && messages[0]?.offset !== String(from)) return { reset: true };
    // Most messages have other keys, so only the wanted ones are decoded.
    const wanted = key === undefined ? messages : messages.filter((message) => message.key?.toString() === key);
    return { reset: false, events: wanted.flatMap((message) => this.decode(topic, partition, message) ?? []) };
  }

  /**
   * The existing messages of a partition, or of a range, undecoded and in chunks, so that not all are in memory at
   * once.
   */
  async *chunks(
    topic: Pick<Topic<unknown>, 'name' | 'partitions'>,
    partition: number,
    range?: { from: bigint; to: bigint },
  ): AsyncGenerator<KafkaMessage[]> {
    const { low = 0, high = 0 } = (await this.endOffsets(topic)).find((end) => end.partition === partition) ?? {};
    const first = largest(BigInt(low), range?.from);
    const end = smallest(BigInt(high), range?.to);
    for (let from = first; from < end; from += CHUNK)
      yield await this.rangeReader(topic).read({ partition, from, to: smallest(from + CHUNK, end) });
  }

  topicNames(): Promise<string[]> {
    return this.request((admin) => admin.listTopics());
  }

  async endOffsets(topic: Pick<Topic<unknown>, 'name'>): Promise<PartitionEnds[]> {
    const offsets = await this.request((admin) => admin.fetchTopicOffsets(topic.name));
    return offsets
      .map(({ partition, low, high }) => ({ partition, low, high }))
      .sort((a, b) => a.partition - b.partition);
  }

  /** The partition of this key: murmur2, as in every Kafka client. */
  partitionFor(topic: Pick<Topic<unknown>, 'name' | 'partitions'>, key: string): number {
    const partitionMetadata = Array.from({ length: topic.partitions }, (_, partitionId) => ({
      partitionId,
      leader: 0,
      replicas: [],
      isr: [],
      partitionErrorCode: 0,
    }));
    return partitioner({ topic: topic.name, partitionMetadata, message: { key, value: null } });
  }

  async close(): Promise<void> {
    this.closed = true;
    const ranges = [...this.ranges.values()];
    await Promise.all([...[...this.tails].map((tail) => this.stop(tail)), ...ranges.map((range) => range.close())]);
    await this.deleteGroups(ranges.flatMap((range) => range.groups));
    const admin = this.admin;
    this.admin = undefined;
    // A client that never connected needs no close; its caller got the error.
    await (await admin?.catch(() => undefined))?.disconnect();
  }

  private async stop(tail: LogTail): Promise<void> {
    this.tails.delete(tail);
    await this.deleteGroups(await tail.stop());
  }

  private rangeReader({ name, partitions }: Pick<Topic<unknown>, 'name' | 'partitions'>): RangeReader {
    const known = this.ranges.get(name);
    if (known) return known;
    if (this.closed) throw readerClosed();
    const fresh = new RangeReader(this.kafka, name, partitions, this.groupPrefix);
    this.ranges.set(name, fresh);
    return fresh;
  }

  private async offsetsAt(
    topic: string,
    timestamp: number,
    ends: ReadonlyMap<number, bigint>,
  ): Promise<Map<number, bigint>> {
    const found = await this.request((admin) => admin.fetchTopicOffsetsByTimestamp(topic, timestamp));
    return new Map(
      found.map(({ partition, offset }) => [
        partition,
        BigInt(offset) < 0n ? (ends.get(partition) ?? 0n) : BigInt(offset),
      ]),
    );
  }

  /** Skips and logs a message that is not an event. */
  private decode<V>(topic: Topic<V>, partition: number, message: KafkaMessage): Received<V> | undefined {
    try {
      return { ...envelopeOf(topic.name, partition, message), value: decodeValue(topic.codec, message.value) };
    } catch (error) {
      logger('kafka').error(
        { err: error, topic: topic.name, partition, offset: message.offset },
        'undecodable message skipped',
      );
      return undefined;
    }
  }

  /** Deletes the groups of killed readers; the broker would keep them for a week. */
  private async deleteDeadGroups(): Promise<void> {
    try {
      const { groups } = await this.request((admin) => admin.listGroups());
      const ours = groups.map((group) => group.groupId).filter((id) => id.startsWith(`${this.groupPrefix}.`));
      if (ours.length === 0) return;
      const described = await this.request((admin) => admin.describeGroups(ours));
      await this.deleteGroups(described.groups.filter(({ state }) => state === 'Empty').map(({ groupId }) => groupId));
    } catch (error) {
      logger('kafka').debug({ err: error }, 'groups of dead readers could not be deleted');
    }
  }

  private async deleteGroups(groups: readonly string[]): Promise<void> {
    if (groups.length === 0) return;
    const deleted = this.request((admin) => admin.deleteGroups([...groups]));
    await deleted.catch((error: Error) => logger('kafka').debug({ err: error }, 'a reader group could not be deleted'));
  }

  /** One admin connection, opened on first use and again after a failure. */
  private async request<R>(call: (admin: Admin) => Promise<R>): Promise<R> {
    this.admin ??= this.openAdmin();
    const admin = this.admin;
    try {
      return await call(await admin);
    } catch (error) {
      if (this.admin === admin) this.admin = undefined;
      // The error of the request is thrown; the connection is closed in any case.
      void admin.then((broken) => broken.disconnect()).catch(() => undefined);
      throw error;
    }
  }

  private async openAdmin(): Promise<Admin> {
    if (this.closed) throw readerClosed();
    const admin = this.kafka.admin();
    await admin.connect();
    return admin;
  }
}

const largest = (a: bigint, b: bigint = a): bigint => (a > b ? a : b);
const smallest = (a: bigint, b: bigint = a): bigint => (a < b ? a : b);
const partitioner = Partitioners.DefaultPartitioner();
