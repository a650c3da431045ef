/** The dead letters of the running shop. */
import { openDesk, type OpenDesk } from '@halftone/kafka/desk';
import { Unavailable } from '../os/unavailable.ts';
import { messageOf } from '../terminal/message-of.ts';

export type { DeadLetterDesk } from '@halftone/kafka/desk';

/** `brokers`: comma separated. Throws Unavailable when none answers. */
export async function deskAt(brokers: string): Promise<OpenDesk> {
  try {
    return await openDesk({ brokers: brokers.split(','), clientId: 'halftone.dlq' });
  } catch (error) {
    throw new Unavailable(`Kafka at ${brokers} does not answer: ${messageOf(error)}`);
  }
}
