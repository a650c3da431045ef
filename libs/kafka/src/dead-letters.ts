import { deadLetterTopicOf, retention, toLetter } from '@halftone/contracts';
import { logger } from '@halftone/service';
import type { TopicSpec } from './ensure-topics';
import type { EventProducer } from './event-producer';
import { deadLettersPublished } from './metrics';
import type { ParkedEvent } from './parked-event';

/**
 * The dead-letter topic of a group. `publish` resolves once the broker has the letter; a letter that is published
 * twice counts once.
 */
export class DeadLetters {
  constructor(
    private readonly group: string,
    private readonly producer: EventProducer,
  ) {
    deadLettersPublished.inc({ group }, 0);
  }

  async publish({ position, message, reason, error, attempts }: ParkedEvent): Promise<void> {
    const { group } = this;
    const { offset, timestamp } = message;
    const origin = { ...position, offset, recordTime: timestamp };
    const failure = { group, origin, reason, message: error, attempts, time: new Date() };
    await this.producer.publishRaw(deadLetterTopicOf(group), toLetter(message, failure));
    deadLettersPublished.inc({ group });
    logger('consumer').error({ ...origin, reason, error, attempts }, 'event dead-lettered');
  }
}

/**
 * One partition, so letters and their markers have one order. A letter is an event plus its failure, so its size
 * limit is higher than that of an event.
 */
export const deadLetterTopic = (group: string): TopicSpec => ({
  name: deadLetterTopicOf(group),
  partitions: 1,
  config: { ...retention.topicConfigOf(retention.deadLettersKept), 'max.message.bytes': String(2 * 1024 * 1024) },
});
