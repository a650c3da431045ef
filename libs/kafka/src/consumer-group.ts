import { Database } from '@halftone/postgres';
import { logger } from '@halftone/service';
import type { Type } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import type { Kafka } from 'kafkajs';
import type { Broker } from './broker';
import { EventConsumer } from './event-consumer';
import type { EventHandlers } from './event-handler';
import type { EventProducer } from './event-producer';

export interface ConsumerGroupOptions {
  kafka: Kafka;
  group: string;
  /** Providers of the application, which exist once the container is complete. */
  consumers: readonly Type<EventHandlers>[];
  app: ModuleRef;
  producer: EventProducer;
  broker: Broker;
}

/** The one consumer group of a process, with the handlers of all its consumers. */
export class ConsumerGroup {
  private consumer: EventConsumer | undefined;

  constructor(private readonly options: ConsumerGroupOptions) {}

  /** Each attempt uses a new consumer. */
  async start(): Promise<void> {
    const { kafka, group, consumers, app, producer, broker } = this.options;
    const handlers = consumers.flatMap((type) => app.get(type, { strict: false }).handlers);
    const database = app.get<Database>(Database, { strict: false });
    const prepare = () => broker.prepareTopics();
    const fresh = new EventConsumer({ kafka, group, handlers, database, producer, prepare, onFatal: exit });
    await fresh.start();
    this.consumer = fresh;
  }

  async stop(): Promise<void> {
    await this.consumer?.stop();
  }
}

/** A process that only looks alive is worse than a restart. */
function exit(error: Error): void {
  logger('consumer').fatal({ err: error }, 'the consumer cannot recover; ending the process');
  process.exit(1);
}
