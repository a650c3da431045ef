import { stagesOf } from '@halftone/testing';
import type { PaymentsConfig } from './config';
import { PaymentsModule } from './payments.module';

test('the service starts and stops in this order', () => {
  const config = { KAFKA_BROKERS: ['127.0.0.1:9092'], ORDERS_GRPC: 'orders:9090' } as Partial<PaymentsConfig>;
  expect(stagesOf(PaymentsModule.forRoot(config as PaymentsConfig))).toEqual({
    connect: ['postgres', 'kafka'],
    migrate: ['migrations'],
    serve: ['grpc', 'seed'],
    consume: ['reaper', 'outbox relay', 'kafka consumer', 'credits', 'bank operations'],
    yield: ['reaper', 'kafka consumer', 'credits', 'bank operations'],
    drain: ['grpc'],
    flush: ['outbox relay'],
    close: ['postgres', 'kafka producer', 'kafka reader', 'grpc orders:9090', 'bank'],
  });
});
