import { configureLog } from '@halftone/service/log';
import { createKafka, type KafkaOptions } from './client';
import { DeadLetterDesk } from './dead-letter-desk';
import { EventProducer } from './event-producer';
import { TopicReader } from './topic-reader';

export type { DeadLetterDesk };

/** A desk with connections of its own. */
export interface OpenDesk {
  desk: DeadLetterDesk;
  producer: EventProducer;
  close(): Promise<void>;
}

/**
 * Opens a desk in a program that is no service: it needs neither NestJS nor a database, and logs nothing, because
 * stdout belongs to the program. Rejects when no broker answers.
 */
export async function openDesk(options: KafkaOptions): Promise<OpenDesk> {
  configureLog({ service: options.clientId, instance: String(process.pid), level: 'silent' });
  const reader = new TopicReader(options);
  const producer = new EventProducer(createKafka(options), options.clientId);
  await reader.topicNames();
  const close = async () => void (await Promise.all([reader.close(), producer.disconnect()]));
  return { desk: new DeadLetterDesk(reader, producer), producer, close };
}
