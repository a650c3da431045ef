import { topics } from '@halftone/contracts';
import { Database, OutboxRelay, type OutboxRow } from '@halftone/postgres';
import { Lifecycle, logger } from '@halftone/service';
import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { Kafka } from 'kafkajs';
import { createKafka, type KafkaOptions } from './client';
import { DeadLetterDesk } from './dead-letter-desk';
import { DeadLetterCount } from './dead-letter-count';
import { deadLetterTopic } from './dead-letters';
import { ensureTopics, type TopicSpec } from './ensure-topics';
import { EventConsumer } from './event-consumer';
import type { EventHandlers } from './event-handler';
import { EventProducer } from './event-producer';
import { TopicReader } from './topic-reader';

export interface KafkaModuleOptions extends KafkaOptions {
  /** `halftone.orders`; needed with consumers. */
  group?: string;
  /** Providers of the application whose handlers this process runs; needs PostgresModule. */
  consumers?: Type<EventHandlers>[];
  /** Publish this service's outbox; needs PostgresModule. */
  relay?: boolean;
  /** A provider of the application that is handed what the relay has published, too. */
  mirror?: Type<Mirror>;
  /** Give the process a DeadLetterDesk, and let it tell how many letters of all groups are open. */
  desk?: boolean;
}

/** Hears of every batch after the broker has it, in order, a batch maybe more than once. Must not reject: the batch would be published again. */
export interface Mirror {
  publish(rows: readonly OutboxRow[]): Promise<void>;
}

const WIRING = Symbol('kafka wiring');

/** Gives the process its producer and reader, makes sure the topics exist, and runs relay and consumer group once the tables exist. */
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
          provide: WIRING,
          inject: [Lifecycle, EventProducer, TopicReader, ModuleRef],
          useFactory: (lifecycle: Lifecycle, producer: EventProducer, reader: TopicReader, app: ModuleRef) => {
            wireBroker(lifecycle, kafka, producer, options);
            lifecycle.onStop('close', 'kafka reader', () => reader.close());
            if (options.relay) wireRelay(lifecycle, app, producer, options);
            if (options.consumers) wireConsumer(lifecycle, kafka, producer, app, options);
            if (options.desk) wireDesk(lifecycle, app.get(DeadLetterDesk));
          },
        },
      ],
      exports: [EventProducer, TopicReader, DeadLetterDesk],
    };
  }
}

/** One part, so that brokers that are away are told of in one line. */
function wireBroker(lifecycle: Lifecycle, kafka: Kafka, producer: EventProducer, { group }: KafkaModuleOptions): void {
  const connect = async () => {
    await prepareTopics(kafka, group);
    await producer.connect();
  };
  lifecycle.onStart('connect', 'kafka', connect, 'check KAFKA_BROKERS and that the brokers advertise names known here');
  lifecycle.onStop('close', 'kafka producer', () => producer.disconnect());
}

async function prepareTopics(kafka: Kafka, group: string | undefined): Promise<void> {
  const specs: TopicSpec[] = [...Object.values(topics), ...(group ? [deadLetterTopic(group)] : [])];
  const admin = kafka.admin();
  await admin.connect();
  try {
    await ensureTopics(admin, specs);
  } finally {
    await admin.disconnect();
  }
}

function wireRelay(
  lifecycle: Lifecycle,
  app: ModuleRef,
  producer: EventProducer,
  { mirror }: KafkaModuleOptions,
): void {
  const relay = app.get(OutboxRelay, { strict: false });
  lifecycle.onStart('consume', 'outbox relay', async () => {
    const mirrored = mirror && app.get(mirror, { strict: false });
    relay.start(async (rows) => {
      await producer.publish(rows);
      await mirrored?.publish(rows);
    });
  });
  lifecycle.onStop('flush', 'outbox relay', () => relay.stop());
}

function wireConsumer(
  lifecycle: Lifecycle,
  kafka: Kafka,
  producer: EventProducer,
  app: ModuleRef,
  options: KafkaModuleOptions,
): void {
  const { group, consumers = [] } = options;
  if (!group) throw new Error('a process with consumers needs a group');
  let consumer: EventConsumer | undefined;
  lifecycle.onStart('consume', 'kafka consumer', async () => {
    const handlers = consumers.flatMap((type) => app.get(type, { strict: false }).handlers);
    const database = app.get<Database>(Database, { strict: false });
    const prepare = () => prepareTopics(kafka, group);
    const fresh = new EventConsumer({ kafka, group, handlers, database, producer, prepare, onFatal: exit });
    await fresh.start();
    consumer = fresh;
  });
  lifecycle.onStop('yield', 'kafka consumer', async () => consumer?.stop());
}

function wireDesk(lifecycle: Lifecycle, desk: DeadLetterDesk): void {
  const count = new DeadLetterCount(desk);
  lifecycle.onStart('consume', 'count of dead letters', async () => count.start());
  lifecycle.onStop('yield', 'count of dead letters', () => count.stop());
}

/** A process that only looks alive is worse than one that is started again. */
function exit(error: Error): void {
  logger('consumer').fatal({ err: error }, 'the consumer cannot recover; ending the process');
  process.exit(1);
}
