import { deadLetterTopicOf, noPartition, toLetter } from '@halftone/contracts';
import { logger } from '@halftone/service';
import { deadLetterTopic } from './dead-letters';
import type { TopicSpec } from './ensure-topics';
import { toMessage } from './event-message';
import type { EventProducer } from './event-producer';
import { deadLettersPublished } from './metrics';
import type { RejectedEvent } from './rejected-event';

/** The dead-letter group for events that the broker rejected: `halftone.payments.outbox`. */
const groupOf = (service: string): string => `halftone.${service}.outbox`;

/** Larger than any event that a service could write before appendEvent had a limit. */
const LETTER_BYTES = 8 * 1024 * 1024;

/**
 * The dead letters of the outbox: events that the broker rejects permanently. `halftone dlq` lists and replays them.
 * `publish` resolves once the letters are stored; only then may the relay delete the rows. Later events of the same
 * key continue: an event carries the whole state of its aggregate, and waiting for an operator would be worse than a
 * gap. A replay comes after them, as with every dead letter.
 */
export class OutboxDeadLetters {
  private readonly group: string;

  constructor(
    private readonly service: string,
    private readonly producer: Pick<EventProducer, 'publishRaw'>,
  ) {
    this.group = groupOf(service);
    deadLettersPublished.inc({ group: this.group }, 0);
  }

  async publish(rejected: readonly RejectedEvent[]): Promise<void> {
    for (const event of rejected) await this.publishOne(event);
  }

  private async publishOne({ row, reason, message }: RejectedEvent): Promise<void> {
    const { group } = this;
    const { topic, id, time, eventId, type } = row;
    const origin = { topic, partition: noPartition, offset: String(id), recordTime: String(time.getTime()) };
    const { key, value, headers } = toMessage(row, this.service);
    const original = { key: Buffer.from(String(key)), value: value as Buffer, headers };
    const failure = { group, origin, reason, message, attempts: 1, time: new Date() };
    await this.producer.publishRaw(deadLetterTopicOf(group), toLetter(original, failure));
    deadLettersPublished.inc({ group });
    logger('outbox').error(
      { topic, eventId, type, bytes: row.value.length, reason },
      'the broker rejected an event permanently',
    );
  }
}

export const outboxDeadLetterTopic = (service: string): TopicSpec => {
  const topic = deadLetterTopic(groupOf(service));
  return { ...topic, config: { ...topic.config, 'max.message.bytes': String(LETTER_BYTES) } };
};
