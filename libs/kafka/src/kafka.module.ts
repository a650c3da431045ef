import { OutboxRelay } from '@halftone/postgres';
import { part, startAndStop } from '@halftone/service';
import { type DynamicModule, Module, type Provider, type Type } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { Kafka } from 'kafkajs';
import { Broker } from './broker';
import { createKafka, type KafkaOptions } from './client';
import { ConsumerGroup } from './consumer-group';
import { DeadLetterCount } from './dead-letter-count';
import { DeadLetterDesk } from './dead-letter-desk';
import type { EventHandlers } from './event-handler';
import { EventProducer } from './event-producer';
import { OutboxDeadLetters } from './outbox-dead-letters';
import { type Mirror, OutboxPublisher } from './outbox-publisher';
import { TopicReader } from './topic-reader';

interface KafkaModuleOptions extends KafkaOptions {
  /** The consumer group, such as `halftone.orders`; required with consumers. */
  group?: string;
  /** Providers whose handlers this process runs; requires PostgresModule. */
  consumers?: Type<EventHandlers>[];
  /** Whether to publish this service's outbox; requires PostgresModule. */
  relay?: boolean;
  /** A provider that also receives every published batch. */
  mirror?: Type<Mirror>;
  /** Whether this process provides a DeadLetterDesk and the metrics of the open letters of all groups. */
  desk?: boolean;
}

/**
 * Provides producer and reader, ensures that the topics exist, and runs relay and consumer group once the tables
 * exist.
 */
@Module({})
export class KafkaModule {
  static forRoot(options: KafkaModuleOptions): DynamicModule {
    const kafka = createKafka(options);
    return {
      module: KafkaModule,
      global: true,
      providers: [
        { provide: EventProducer, useFactory: () => new EventProducer(kafka, options.clientId) },
        { provide: TopicReader, useFactory: () => new TopicReader(options) },
        {
          provide: DeadLetterDesk,
          inject: [TopicReader, EventProducer],
          useFactory: (reader: TopicReader, producer: EventProducer) => new DeadLetterDesk(reader, producer),
        },
        {
          provide: Broker,
          inject: [EventProducer],
          useFactory: (producer: EventProducer) => new Broker(kafka, producer, options),
        },
        ...(options.relay ? [publisherOf(options)] : []),
        ...(options.consumers ? [groupOf(kafka, options)] : []),
        ...(options.desk ? [deadLetterCount] : []),
        startAndStopOf(options),
      ],
      exports: [EventProducer, TopicReader, DeadLetterDesk],
    };
  }
}

function startAndStopOf({ relay, consumers, desk }: KafkaModuleOptions) {
  const checkBrokers = 'check KAFKA_BROKERS and that the brokers advertise names known here';
  return startAndStop({
    connect: [part('kafka', Broker, (it) => it.connect(), checkBrokers)],
    consume: [
      ...(relay ? [part('outbox relay', OutboxPublisher, (it) => it.start())] : []),
      ...(consumers ? [part('kafka consumer', ConsumerGroup, (it) => it.start())] : []),
      ...(desk ? [part('count of dead letters', DeadLetterCount, (it) => it.start())] : []),
    ],
    yield: [
      ...(consumers ? [part('kafka consumer', ConsumerGroup, (it) => it.stop())] : []),
      ...(desk ? [part('count of dead letters', DeadLetterCount, (it) => it.stop())] : []),
    ],
    flush: relay ? [part('outbox relay', OutboxPublisher, (it) => it.stop())] : [],
    close: [
      part('kafka producer', EventProducer, (it) => it.disconnect()),
      part('kafka reader', TopicReader, (it) => it.close()),
    ],
  });
}

const publisherOf = ({ clientId, mirror }: KafkaModuleOptions): Provider => ({
  provide: OutboxPublisher,
  inject: [OutboxRelay, EventProducer, ModuleRef],
  useFactory: (relay: OutboxRelay, producer: EventProducer, app: ModuleRef) =>
    new OutboxPublisher(
      relay,
      producer,
      new OutboxDeadLetters(clientId, producer),
      () => mirror && app.get(mirror, { strict: false }),
    ),
});

function groupOf(kafka: Kafka, { group, consumers = [] }: KafkaModuleOptions): Provider {
  if (!group) throw new Error('KafkaModule: consumers require a group');
  return {
    provide: ConsumerGroup,
    inject: [ModuleRef, EventProducer, Broker],
    useFactory: (app: ModuleRef, producer: EventProducer, broker: Broker) =>
      new ConsumerGroup({ kafka, group, consumers, app, producer, broker }),
  };
}

const deadLetterCount: Provider = {
  provide: DeadLetterCount,
  inject: [DeadLetterDesk],
  useFactory: (desk: DeadLetterDesk) => new DeadLetterCount(desk),
};
