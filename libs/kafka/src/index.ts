/** The events: topics, producer, consumer group, retry queue, dead letters, and reading a topic as a log. */
export { createKafka } from './client';
export { kafkaSettings } from './config';
export { DeadLetterDesk, type LetterFilter } from './dead-letter-desk';
export { ensureTopics } from './ensure-topics';
export { on, type EventHandler, type EventHandlers } from './event-handler';
export type { Received } from './event-message';
export { EventProducer } from './event-producer';
export { KafkaModule } from './kafka.module';
export type { Mirror } from './outbox-publisher';
export { describeSpan } from './messaging-span';
export { TopicReader, type Reading } from './topic-reader';
