import { stagesOf } from '@halftone/testing';
import type { RealtimeConfig } from './config';
import { RealtimeModule } from './realtime.module';

const clients = { IMAGES_GRPC: 'images:9090', NOTIFICATIONS_GRPC: 'notifications:9090' };
const engines = { KAFKA_BROKERS: ['127.0.0.1:9092'], REDIS_URL: 'redis://127.0.0.1:1' };
const stages = (more: Partial<RealtimeConfig>) => {
  const config = { ...clients, ...engines, REALTIME_SESSIONS: 'client', ...more } as Partial<RealtimeConfig>;
  return stagesOf(RealtimeModule.forRoot(config as RealtimeConfig));
};

test('the service starts and stops in this order', () => {
  expect(stages({ REALTIME_BACKPLANE: 'kafka', REALTIME_TLS_CERT: 'a certificate' })).toEqual({
    connect: ['kafka', 'redis'],
    serve: ['admission', 'heartbeat', 'sessions', 'presence', 'call rooms', 'tls'],
    consume: ['feed', 'ephemeral events', 'ticket streams', 'posted messages'],
    refuse: ['connections', 'tls'],
    drain: ['tls'],
    flush: ['feed', 'ticket streams', 'posted messages', 'sessions', 'presence'],
    close: [
      ...['kafka producer', 'kafka reader', 'redis', 'grpc images:9090', 'grpc notifications:9090'],
      ...['tls', 'call rooms', 'admission'],
    ],
  });
});

test('Redis as the backplane needs no Kafka, and TLS needs a certificate', () => {
  const { connect, refuse, drain } = stages({ REALTIME_BACKPLANE: 'redis' });
  expect({ connect, refuse, drain }).toEqual({ connect: ['redis'], refuse: ['connections'] });
});
