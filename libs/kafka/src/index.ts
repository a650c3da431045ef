/** The events: topics, producer, consumer group, dead letters, and reading a topic as a log. */
export { createKafka, type KafkaOptions } from './client';
export { kafkaSettings } from './config';
export { DeadLetterDesk, type LetterFilter } from './dead-letter-desk';
export { ensureTopics, type TopicSpec } from './ensure-topics';
export { EventConsumer, type EventConsumerOptions } from './event-consumer';
export { on, type EventHandler, type EventHandlers } from './event-handler';
export type { Envelope, Received } from './event-message';
export { EventProducer } from './event-producer';
export { KafkaModule, type KafkaModuleOptions, type Mirror } from './kafka.module';
export { describeSpan } from './messaging-span';
export { TopicReader, type PartitionEnds, type RangeAnswer, type ReadAllRequest, type Reading } from './topic-reader';
