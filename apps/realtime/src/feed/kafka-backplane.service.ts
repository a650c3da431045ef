import { type eventsV1, type Topic, topics } from '@halftone/contracts';
import type { Reading, TopicReader } from '@halftone/kafka';
import { DomainError } from '@halftone/kernel';
import type { RealtimeConfig } from '../config';
import type { Position } from './cursor';
import type { Backplane, LogPart, LogRange, FeedReceiver } from './backplane.service';

type Settings = Pick<RealtimeConfig, 'REALTIME_FEED_TOPIC' | 'REALTIME_WINDOW_MINUTES'>;

/**
 * Every replica reads all partitions, without a consumer group, from the window's age on. Older records are read by offset
 * while retention stores them. While Kafka is down the stream pauses; then it continues where it stopped.
 */
export class KafkaBackplane implements Backplane {
  private readonly topic: Topic<eventsV1.FeedEvent>;
  private reading: Reading | undefined;

  constructor(
    private readonly reader: TopicReader,
    private readonly config: Settings,
  ) {
    this.topic = { ...topics.feed, name: config.REALTIME_FEED_TOPIC };
  }

  async start(receiver: FeedReceiver): Promise<void> {
    const fromTimestamp = Date.now() - this.config.REALTIME_WINDOW_MINUTES * 60_000;
    const onMessage = receiver.take.bind(receiver);
    this.reading = await this.reader.readAll({ topic: this.topic, fromTimestamp, onMessage });
    for (const [partition, offset] of this.reading.start) receiver.open(partition, Number(offset));
    await this.reading.caughtUp;
  }

  partitionOf(channel: string): number {
    return this.reader.partitionFor(this.topic, channel);
  }

  async exists({ partition, offset }: Position): Promise<boolean> {
    return offset < (await this.ends(partition)).high;
  }

  async read({ partition, from, to }: LogRange, key: string): Promise<LogPart> {
    const { low } = await this.ends(partition);
    const first = Math.max(from, low);
    if (first >= to) return { first: undefined, to: first, records: [] };
    const range = { topic: this.topic, partition, fromOffset: String(first), toOffset: String(to), key };
    const answer = await this.reader.readRange(range).catch(toUnavailable);
    return answer.reset ? { first: undefined, to, records: [] } : { first, to, records: answer.events };
  }

  async stop(): Promise<void> {
    await this.reading?.stop();
  }

  private async ends(partition: number): Promise<{ low: number; high: number }> {
    const all = await this.reader.endOffsets(this.topic).catch(toUnavailable);
    const found = all.find((end) => end.partition === partition);
    return { low: Number(found?.low ?? 0), high: Number(found?.high ?? 0) };
  }
}

function toUnavailable(cause: unknown): never {
  throw new DomainError('UNAVAILABLE', 'Past events cannot be read at the moment', [], { cause });
}
