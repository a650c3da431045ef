import { notificationsV1 } from '@halftone/contracts';
import { subgraphModule } from '@halftone/graphql';
import { GrpcServerModule } from '@halftone/grpc';
import { KafkaModule } from '@halftone/kafka';
import { PostgresModule } from '@halftone/postgres';
import { type DynamicModule, Module } from '@nestjs/common';
import type { NotificationsConfig } from './config';
import { DeadLetterService } from './dead-letter/dead-letter.service';
import { orphanedTypes, resolvers } from './graphql';
import { migrations } from './migrations';
import { NotificationConsumer } from './notification/notification.consumer';
import { NotificationGrpc } from './notification/notification.grpc';
import { consumer, NotificationService } from './notification/notification.service';
import { NotificationStore } from './notification/notification.store';

@Module({})
export class NotificationsModule {
  static forRoot(config: NotificationsConfig): DynamicModule {
    return {
      module: NotificationsModule,
      imports: [...engines(config), ...edges(config)],
      controllers: [NotificationGrpc],
      providers: [NotificationService, NotificationStore, NotificationConsumer, DeadLetterService, ...resolvers],
    };
  }
}

const engines = (config: NotificationsConfig) => [
  PostgresModule.forRoot({
    url: config.DATABASE_URL,
    poolSize: config.DATABASE_POOL_SIZE,
    idempotencyTtlHours: config.IDEMPOTENCY_TTL_HOURS,
    schema: 'notifications',
    migrations,
  }),
  KafkaModule.forRoot({
    brokers: config.KAFKA_BROKERS,
    clientId: 'notifications',
    group: consumer,
    consumers: [NotificationConsumer],
    relay: true,
    desk: true,
  }),
];

const edges = (config: NotificationsConfig) => [
  GrpcServerModule.forRoot({
    services: [notificationsV1.NotificationsServiceService],
    host: config.GRPC_HOST,
    port: config.GRPC_PORT,
  }),
  subgraphModule({ orphanedTypes }),
];
