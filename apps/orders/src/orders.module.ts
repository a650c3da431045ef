import { imagesV1, ordersV1 } from '@halftone/contracts';
import { subgraphModule } from '@halftone/graphql';
import { grpcClient, GrpcServerModule, listening } from '@halftone/grpc';
import { KafkaModule } from '@halftone/kafka';
import { PostgresModule } from '@halftone/postgres';
import { part, startAndStop } from '@halftone/service';
import { type DynamicModule, Module } from '@nestjs/common';
import { group, IMAGES, OrderService } from './order/order.service';
import { type OrdersConfig, stepLimits } from './config';
import { orphanedTypes, resolvers } from './graphql';
import { migrations } from './migrations';
import { OrderConsumer } from './order/order.consumer';
import { OrderGrpc } from './order/order.grpc';
import { OrderStore, STEP_LIMITS } from './order/order.store';
import { OrderTimeoutWorker } from './order/order-timeout.worker';
import { ProductGrpc } from './product/product.grpc';
import { ProductService } from './product/product.service';
import { ProductStore } from './product/product.store';

const list = startAndStop({
  consume: [part('overdue orders', OrderTimeoutWorker, (it) => it.start())],
  yield: [part('overdue orders', OrderTimeoutWorker, (it) => it.stop())],
});

@Module({})
export class OrdersModule {
  static forRoot(config: OrdersConfig): DynamicModule {
    return {
      module: OrdersModule,
      imports: [
        PostgresModule.forRoot({
          url: config.DATABASE_URL,
          poolSize: config.DATABASE_POOL_SIZE,
          idempotencyTtlHours: config.IDEMPOTENCY_TTL_HOURS,
          schema: 'orders',
          migrations,
        }),
        KafkaModule.forRoot({
          brokers: config.KAFKA_BROKERS,
          clientId: 'orders',
          group,
          consumers: [OrderConsumer],
          relay: true,
        }),
        GrpcServerModule.forRoot({
          services: [ordersV1.OrdersServiceService],
          ...listening(config),
        }),
        subgraphModule({ orphanedTypes }),
      ],
      controllers: [OrderGrpc, ProductGrpc],
      providers: [
        ...grpcClient(IMAGES, imagesV1.ImagesServiceService, { url: config.IMAGES_GRPC }),
        { provide: STEP_LIMITS, useValue: stepLimits(config) },
        ...[OrderService, OrderStore, OrderConsumer, OrderTimeoutWorker, ProductService, ProductStore],
        ...resolvers,
        list,
      ],
    };
  }
}
