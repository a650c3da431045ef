import { notificationsV1 } from '@halftone/contracts';
import { grpcClient } from '@halftone/grpc';
import { KafkaModule, TopicReader } from '@halftone/kafka';
import { Broadcast, RedisModule, Sessions } from '@halftone/redis';
import { Unstartable } from '@halftone/service';
import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { BACKPLANE } from './backplane/feed.backplane';
import { KafkaBackplane } from './backplane/kafka.backplane';
import { RedisBackplane } from './backplane/redis.backplane';
import { AdmissionService } from './admission/admission.service';
import { CancelService } from './cancel/cancel.service';
import { ChatService } from './chat/chat.service';
import { PresenceService } from './chat/presence.service';
import { NOTIFICATIONS } from './clients';
import { CONFIG, type RealtimeConfig } from './config';
import { CallerService } from './connection/caller.service';
import { ConductService } from './connection/conduct.service';
import { ConnectionsService } from './connection/connections.service';
import { ConversationService } from './connection/conversation.service';
import { EventsHttp } from './connection/events.http';
import { TlsEdge } from './connection/tls.edge';
import { WebSocketEdge } from './connection/websocket.edge';
import { Turn } from './fanout/turn';
import { countDeliveries } from './feed/feed.metrics';
import { FeedService } from './feed/feed.service';
import { MessageRouter } from './message/message.router';
import { PassingService } from './feed/passing.service';
import { IceServers } from './rtc/ice-servers.service';
import { RtcRooms } from './rtc/rtc-rooms.service';
import { RtcService } from './rtc/rtc.service';
import { ProcessStore } from './session/process.store';
import { SessionService } from './session/session.service';
import { SESSION_STORE } from './session/session.store';
import { SubscriptionService } from './subscription/subscription.service';
import { TalkHttp } from './talk/talk.http';
import { TalkService } from './talk/talk.service';
import { SharedStore } from './session/shared.store';

@Module({})
export class RealtimeModule {
  static forRoot(config: RealtimeConfig): DynamicModule {
    return {
      module: RealtimeModule,
      imports: [
        ...(config.REALTIME_BACKPLANE === 'kafka' ? [kafka(config)] : []),
        RedisModule.forRoot({ url: config.REDIS_URL }),
      ],
      controllers: [EventsHttp, TalkHttp],
      providers: [
        { provide: CONFIG, useValue: config },
        grpcClient(NOTIFICATIONS, notificationsV1.NotificationsServiceService, { url: config.NOTIFICATIONS_GRPC }),
        backplane(config),
        FeedService,
        PassingService,
        { provide: Turn, useFactory: () => new Turn(countDeliveries) },
        AdmissionService,
        ConnectionsService,
        ConversationService,
        sessionStore(config),
        SessionService,
        CallerService,
        SubscriptionService,
        TalkService,
        MessageRouter,
        ConductService,
        CancelService,
        PresenceService,
        ChatService,
        IceServers,
        RtcRooms,
        RtcService,
        WebSocketEdge,
        TlsEdge,
      ],
    };
  }
}

const kafka = (config: RealtimeConfig) =>
  KafkaModule.forRoot({ brokers: config.KAFKA_BROKERS, clientId: 'halftone.realtime' });

const backplane = (config: RealtimeConfig): Provider =>
  config.REALTIME_BACKPLANE === 'kafka'
    ? {
        provide: BACKPLANE,
        inject: [TopicReader],
        useFactory: (reader: TopicReader) => new KafkaBackplane(reader, config),
      }
    : {
        provide: BACKPLANE,
        inject: [Broadcast],
        useFactory: (broadcast: Broadcast) => new RedisBackplane(broadcast, config.REALTIME_FEED_TOPIC),
      };

/** While a connection is open its session is renewed every third of the time: the last renewal may be so long ago when a process dies. */
function sessionStore({ REALTIME_SESSIONS, REALTIME_SESSION_SECONDS, REALTIME_PROCESSES }: RealtimeConfig): Provider {
  const ttlMs = (REALTIME_SESSION_SECONDS * 1_000 * 4) / 3;
  switch (REALTIME_SESSIONS) {
    case 'client':
      return { provide: SESSION_STORE, useValue: undefined };
    case 'process':
      // A balancer brings a client back to the port, not to one of those who share it.
      if (REALTIME_PROCESSES > 1) throw new Unstartable('REALTIME_SESSIONS=process needs REALTIME_PROCESSES=1');
      return { provide: SESSION_STORE, useValue: new ProcessStore(ttlMs) };
    case 'redis':
      return {
        provide: SESSION_STORE,
        inject: [Sessions],
        useFactory: (sessions: Sessions) => new SharedStore(sessions, ttlMs),
      };
    default:
      return REALTIME_SESSIONS satisfies never;
  }
}
