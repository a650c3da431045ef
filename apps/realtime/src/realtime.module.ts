import { imagesV1, notificationsV1 } from '@halftone/contracts';
import { grpcClient } from '@halftone/grpc';
import { KafkaModule, TopicReader } from '@halftone/kafka';
import { Broadcast, RedisModule, Sessions } from '@halftone/redis';
import { part, startAndStop, CannotStart } from '@halftone/service';
import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { BACKPLANE } from './feed/backplane.service';
import { KafkaBackplane } from './feed/kafka-backplane.service';
import { RedisBackplane } from './feed/redis-backplane.service';
import { AdmissionService } from './access/admission.service';
import { CancelService } from './features/cancel/cancel.service';
import { ChatService } from './features/chat/chat.service';
import { PresenceService } from './features/chat/presence.service';
import { IMAGES, NOTIFICATIONS } from './clients';
import { CONFIG, type RealtimeConfig } from './config';
import { ClientIdentityService } from './access/client-identity.service';
import { MessageLimiter } from './access/message-limiter.service';
import { ConnectionsService } from './connection/connections.service';
import { ConversationService } from './connection/conversation.service';
import { EventsHttp } from './connection/events.http';
import { usesTls, TlsHttp } from './connection/tls.http';
import { TicketStreamsService } from './connection/ticket-streams.service';
import { WebSocketHttp } from './connection/websocket.http';
import { EventLoopTurn } from './fanout/event-loop-turn';
import { countDeliveries } from './fanout/feed.metrics';
import { FeedService } from './fanout/feed.service';
import { MessageRouter } from './message/message-router.service';
import { EphemeralService } from './fanout/ephemeral.service';
import { IceServers } from './features/rtc/ice-servers.service';
import { RtcRooms } from './features/rtc/rtc-rooms.service';
import { RtcService } from './features/rtc/rtc.service';
import { ProcessSessionStore } from './features/session/process-session.store';
import { SessionService } from './features/session/session.service';
import { SESSION_STORE } from './features/session/session.store';
import { SubscriptionService } from './fanout/subscription.service';
import { PostedMessageHttp } from './connection/posted-message.http';
import { PostedMessageService } from './connection/posted-message.service';
import { SharedSessionStore } from './features/session/shared-session.store';

@Module({})
export class RealtimeModule {
  static forRoot(config: RealtimeConfig): DynamicModule {
    return {
      module: RealtimeModule,
      imports: [
        ...(config.REALTIME_BACKPLANE === 'kafka' ? [kafka(config)] : []),
        RedisModule.forRoot({ url: config.REDIS_URL }),
      ],
      controllers: [EventsHttp, PostedMessageHttp],
      providers: [
        { provide: CONFIG, useValue: config },
        ...grpcClient(IMAGES, imagesV1.ImagesServiceService, { url: config.IMAGES_GRPC }),
        ...grpcClient(NOTIFICATIONS, notificationsV1.NotificationsServiceService, { url: config.NOTIFICATIONS_GRPC }),
        backplane(config),
        FeedService,
        EphemeralService,
        { provide: EventLoopTurn, useFactory: () => new EventLoopTurn(countDeliveries) },
        AdmissionService,
        ConnectionsService,
        ConversationService,
        sessionStore(config),
        SessionService,
        ClientIdentityService,
        TicketStreamsService,
        SubscriptionService,
        PostedMessageService,
        MessageRouter,
        MessageLimiter,
        CancelService,
        PresenceService,
        ChatService,
        IceServers,
        RtcRooms,
        RtcService,
        WebSocketHttp,
        TlsHttp,
        listOf(config),
      ],
    };
  }
}

function listOf(config: RealtimeConfig) {
  const tls = (run: (edge: TlsHttp) => unknown) => (usesTls(config) ? [part('tls', TlsHttp, run)] : []);
  return startAndStop({
    serve: [
      part('admission', AdmissionService, (it) => it.start()),
      part('heartbeat', ConnectionsService, (it) => it.start()),
      part('sessions', SessionService, (it) => it.start()),
      part('presence', PresenceService, (it) => it.start()),
      part('call rooms', RtcRooms, (it) => it.start()),
      ...tls((it) => it.listen()),
    ],
    consume: [
      part('feed', FeedService, (it) => it.start()),
      part('ephemeral events', EphemeralService, (it) => it.start()),
      part('ticket streams', TicketStreamsService, (it) => it.start()),
      part('posted messages', PostedMessageService, (it) => it.start()),
    ],
    // Connections close before HTTP drains: Node's server takes a stream for an idle connection and would cut it without a goodbye.
    refuse: [part('connections', ConnectionsService, (it) => it.leave()), ...tls((it) => it.refuse())],
    drain: tls((it) => it.drain()),
    flush: [
      part('feed', FeedService, (it) => it.stop()),
      part('ticket streams', TicketStreamsService, (it) => it.stop()),
      part('posted messages', PostedMessageService, (it) => it.stop()),
      part('sessions', SessionService, (it) => it.stop()),
      part('presence', PresenceService, (it) => it.stop()),
    ],
    close: [
      ...tls((it) => it.close()),
      part('call rooms', RtcRooms, (it) => it.stop()),
      part('admission', AdmissionService, (it) => it.stop()),
    ],
  });
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

/** An open connection renews its session every third of this time, so the last renewal may be that old when a process crashes. */
function sessionStore({ REALTIME_SESSIONS, REALTIME_SESSION_SECONDS, REALTIME_PROCESSES }: RealtimeConfig): Provider {
  const ttlMs = (REALTIME_SESSION_SECONDS * 1_000 * 4) / 3;
  switch (REALTIME_SESSIONS) {
    case 'client':
      return { provide: SESSION_STORE, useValue: undefined };
    case 'process':
      // A sticky balancer selects the port, not one of the processes that share it.
      if (REALTIME_PROCESSES > 1) throw new CannotStart('REALTIME_SESSIONS=process needs REALTIME_PROCESSES=1');
      return { provide: SESSION_STORE, useValue: new ProcessSessionStore(ttlMs) };
    case 'redis':
      return {
        provide: SESSION_STORE,
        inject: [Sessions],
        useFactory: (sessions: Sessions) => new SharedSessionStore(sessions, ttlMs),
      };
    default:
      return REALTIME_SESSIONS satisfies never;
  }
}
