import { stagesOf } from '@halftone/testing';
import type { NotificationsConfig } from './config';
import { NotificationsModule } from './notifications.module';

test('the service starts and stops in this order', () => {
  const config = {
    KAFKA_BROKERS: ['127.0.0.1:9092'],
    REDIS_URL: 'redis://127.0.0.1:1',
  } as Partial<NotificationsConfig>;
  expect(stagesOf(NotificationsModule.forRoot(config as NotificationsConfig))).toEqual({
    connect: ['postgres', 'kafka', 'redis'],
    migrate: ['migrations'],
    serve: ['grpc', 'chat'],
    consume: ['reaper', 'outbox relay', 'kafka consumer', 'count of dead letters', 'gallery'],
    yield: ['reaper', 'kafka consumer', 'count of dead letters'],
    refuse: ['chat'],
    drain: ['grpc'],
    flush: ['outbox relay', 'gallery'],
    close: ['postgres', 'kafka producer', 'kafka reader', 'redis'],
  });
});
