import { notificationsV1 } from '@halftone/contracts';
import { subgraphModule } from '@halftone/graphql';
import { GrpcServerModule, listening } from '@halftone/grpc';
import { KafkaModule } from '@halftone/kafka';
import { PostgresModule } from '@halftone/postgres';
import { RedisModule } from '@halftone/redis';
import { part, startAndStop } from '@halftone/service';
import { type DynamicModule, Module } from '@nestjs/common';
import { ChatNotifier } from './chat/chat-notifier.service';
import { ChatGrpc } from './chat/chat.grpc';
import { ChatService } from './chat/chat.service';
import { ChatStore } from './chat/chat.store';
import type { NotificationsConfig } from './config';
import { DeadLetterService } from './dead-letter/dead-letter.service';
import { GalleryService } from './notification/gallery.service';
import { GalleryStore } from './gallery/gallery.store';
import { GalleryWorker } from './notification/gallery.worker';
import { orphanedTypes, resolvers } from './graphql';
import { migrations } from './migrations';
import { FeedMirror } from './notification/feed-mirror.service';
import { NotificationConsumer } from './notification/notification.consumer';
import { NotificationGrpc } from './notification/notification.grpc';
import { consumer, NotificationService } from './notification/notification.service';
import { NotificationStore } from './notification/notification.store';

const list = startAndStop({
  serve: [part('chat', ChatNotifier, (it) => it.start())],
  consume: [part('gallery', GalleryWorker, (it) => it.start())],
  // Before gRPC drains: it waits for calls to end, and only `close` ends the chats.
  refuse: [part('chat', ChatNotifier, (it) => it.close())],
  flush: [part('gallery', GalleryWorker, (it) => it.stop())],
});

@Module({})
export class NotificationsModule {
  static forRoot(config: NotificationsConfig): DynamicModule {
    return {
      module: NotificationsModule,
      imports: [...engines(config), ...edges(config)],
      controllers: [NotificationGrpc, ChatGrpc],
      providers: [
        ...[NotificationService, NotificationStore, NotificationConsumer, FeedMirror, DeadLetterService],
        ...[GalleryService, GalleryStore, GalleryWorker],
        ...[ChatService, ChatStore, ChatNotifier],
        ...resolvers,
        list,
      ],
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
    ...(config.FEED_BACKPLANE === 'redis' && { mirror: FeedMirror }),
    desk: true,
  }),
  RedisModule.forRoot({ url: config.REDIS_URL }),
];

const edges = (config: NotificationsConfig) => [
  GrpcServerModule.forRoot({
    services: [notificationsV1.NotificationsServiceService],
    ...listening(config),
  }),
  subgraphModule({ orphanedTypes }),
];
