import { stagesOf } from '@halftone/testing';
import type { OrdersConfig } from './config';
import { OrdersModule } from './orders.module';

test('the service starts and stops in this order', () => {
  const config = { KAFKA_BROKERS: ['127.0.0.1:9092'], IMAGES_GRPC: 'images:9090' } as Partial<OrdersConfig>;
  expect(stagesOf(OrdersModule.forRoot(config as OrdersConfig))).toEqual({
    connect: ['postgres', 'kafka'],
    migrate: ['migrations'],
    serve: ['grpc'],
    consume: ['reaper', 'outbox relay', 'kafka consumer', 'overdue orders'],
    yield: ['reaper', 'kafka consumer', 'overdue orders'],
    drain: ['grpc'],
    flush: ['outbox relay'],
    close: ['postgres', 'kafka producer', 'kafka reader', 'grpc images:9090'],
  });
});
