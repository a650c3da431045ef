import { isDomainError } from '@halftone/kernel';
import { logger } from '@halftone/service';
import type { KafkaMessage } from 'kafkajs';
import type { TopicSpec } from './ensure-topics';
import type { EventProducer } from './event-producer';
import { deadLettersPut } from './metrics';

export interface Position {
  topic: string;
  partition: number;
}

/**
 * Where a group puts what it cannot handle: the message as it was, plus headers that say why and where it came from.
 * Resolves only once the broker has it, so that the original's offset may be committed.
 */
export class DeadLetters {
  readonly topic: TopicSpec;

  constructor(
    private readonly group: string,
    private readonly producer: EventProducer,
  ) {
    this.topic = deadLetterTopic(group);
    deadLettersPut.inc({ group }, 0);
  }

  async put({ topic, partition }: Position, message: KafkaMessage, error: unknown): Promise<void> {
    const { code, text } = reasonOf(error);
    await this.producer.publishRaw(this.topic.name, {
      key: message.key,
      value: message.value,
      headers: {
        ...message.headers,
        dlq_reason: code,
        dlq_message: text,
        dlq_group: this.group,
        dlq_topic: topic,
        dlq_partition: String(partition),
        dlq_offset: message.offset,
        dlq_time: new Date().toISOString(),
      },
    });
    deadLettersPut.inc({ group: this.group });
    logger('consumer').error(
      { topic, partition, offset: message.offset, reason: code, err: error },
      'event put to the dead letters',
    );
  }
}

export const deadLetterTopic = (group: string): TopicSpec => ({ name: `${group}.dlq`, partitions: 1 });

function reasonOf(error: unknown): { code: string; text: string } {
  if (isDomainError(error)) return { code: error.code, text: error.message };
  return error instanceof Error ? { code: error.name, text: error.message } : { code: 'Unknown', text: String(error) };
}
