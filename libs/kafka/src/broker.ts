import { retention, topics } from '@halftone/contracts';
import type { Kafka } from 'kafkajs';
import { deadLetterTopic } from './dead-letters';
import { ensureTopics, type TopicSpec } from './ensure-topics';
import type { EventProducer } from './event-producer';
import { outboxDeadLetterTopic } from './outbox-dead-letters';

/** Decides which topics a process needs besides those of the contracts. */
export interface TopicOwner {
  clientId: string;
  group?: string;
  relay?: boolean;
}

/** One lifecycle part, so unreachable brokers are reported in one line. */
export class Broker {
  constructor(
    private readonly kafka: Kafka,
    private readonly producer: EventProducer,
    private readonly owner: TopicOwner,
  ) {}

  async connect(): Promise<void> {
    await this.prepareTopics();
    await this.producer.connect();
  }

  /** Creates the missing topics. */
  async prepareTopics(): Promise<void> {
    const { group, relay, clientId } = this.owner;
    const specs = [
      ...catalogue(),
      ...(group ? [deadLetterTopic(group)] : []),
      ...(relay ? [outboxDeadLetterTopic(clientId)] : []),
    ];
    const admin = this.kafka.admin();
    await admin.connect();
    try {
      await ensureTopics(admin, specs);
    } finally {
      await admin.disconnect();
    }
  }
}

const catalogue = (): TopicSpec[] =>
  (Object.keys(topics) as (keyof typeof topics)[]).map((key) => ({
    name: topics[key].name,
    partitions: topics[key].partitions,
    config: retention.topicConfigOf(retention.topicsKept[key]),
  }));
