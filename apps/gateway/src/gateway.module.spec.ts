import { stagesOf } from '@halftone/testing';
import type { GatewayConfig } from './config';
import { GatewayModule } from './gateway.module';

test('the service starts and stops in this order', () => {
  const config = {
    REDIS_URL: 'redis://127.0.0.1:1',
    ORDERS_GRPC: 'orders:9090',
    PAYMENTS_GRPC: 'payments:9090',
    IMAGES_GRPC: 'images:9090',
    NOTIFICATIONS_GRPC: 'notifications:9090',
  } as Partial<GatewayConfig>;
  const clients = ['orders', 'payments', 'payments', 'images', 'notifications'].map((name) => `grpc ${name}:9090`);
  expect(stagesOf(GatewayModule.forRoot(config as GatewayConfig))).toEqual({
    connect: ['redis'],
    close: ['redis', ...clients],
  });
});
