import { deadLetterTopicOf, toLetter } from '@halftone/contracts';
import { logger } from '@halftone/service';
import type { TopicSpec } from './ensure-topics';
import type { EventProducer } from './event-producer';
import { deadLettersPut } from './metrics';
import type { ParkedEvent } from './parking';

/** Where a group puts what it cannot handle. Resolves only once the broker has it; what is put twice counts as one letter. */
export class DeadLetters {
  constructor(
    private readonly group: string,
    private readonly producer: EventProducer,
  ) {
    deadLettersPut.inc({ group }, 0);
  }

  async put({ position, message, reason, error, attempts }: ParkedEvent): Promise<void> {
    const { group } = this;
    const { offset, timestamp } = message;
    const origin = { ...position, offset, recordTime: timestamp };
    const failure = { group, origin, reason, message: error, attempts, time: new Date() };
    await this.producer.publishRaw(deadLetterTopicOf(group), toLetter(message, failure));
    deadLettersPut.inc({ group });
    logger('consumer').error({ ...origin, reason, error, attempts }, 'event put to the dead letters');
  }
}

/**
 * One partition, so that letters and what became of them have one order. They stay until somebody deletes them. A letter is an event plus
 * its story: the limit of a message is a little higher, lest an event just below the broker's own limit could not be given up.
 */
export const deadLetterTopic = (group: string): TopicSpec => ({
  name: deadLetterTopicOf(group),
  partitions: 1,
  config: { 'retention.ms': '-1', 'cleanup.policy': 'delete', 'max.message.bytes': String(2 * 1024 * 1024) },
});
