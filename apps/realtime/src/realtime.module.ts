import { KafkaModule } from '@halftone/kafka';
import { RedisModule } from '@halftone/redis';
import { type DynamicModule, Module } from '@nestjs/common';
import { CONFIG, type RealtimeConfig } from './config';
import { CallerService } from './connection/caller.service';
import { ConnectionsService } from './connection/connections.service';
import { EventsHttp } from './connection/events.http';
import { WebSocketEdge } from './connection/websocket.edge';
import { FeedService } from './feed/feed.service';
import { PassingService } from './feed/passing.service';

@Module({})
export class RealtimeModule {
  static forRoot(config: RealtimeConfig): DynamicModule {
    return {
      module: RealtimeModule,
      imports: [
        KafkaModule.forRoot({ brokers: config.KAFKA_BROKERS, clientId: 'halftone.realtime' }),
        RedisModule.forRoot({ url: config.REDIS_URL }),
      ],
      controllers: [EventsHttp],
      providers: [
        { provide: CONFIG, useValue: config },
        FeedService,
        PassingService,
        ConnectionsService,
        CallerService,
        WebSocketEdge,
      ],
    };
  }
}
