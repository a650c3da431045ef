import { imagesV1, ordersV1 } from '@halftone/contracts';
import { subgraphModule } from '@halftone/graphql';
import { grpcClient, GrpcServerModule } from '@halftone/grpc';
import { KafkaModule } from '@halftone/kafka';
import { PostgresModule } from '@halftone/postgres';
import { Lifecycle } from '@halftone/service';
import { type DynamicModule, Module } from '@nestjs/common';
import { IMAGES } from './clients';
import { type OrdersConfig, stepLimits } from './config';
import { orphanedTypes, resolvers } from './graphql';
import { migrations } from './migrations';
import { OrderConsumer } from './order/order.consumer';
import { OrderGrpc } from './order/order.grpc';
import { group, OrderService } from './order/order.service';
import { OrderStore, STEP_LIMITS } from './order/order.store';
import { OrderSweeper } from './order/order.sweeper';
import { ProductGrpc } from './product/product.grpc';
import { ProductService } from './product/product.service';
import { ProductStore } from './product/product.store';

const SWEEP = Symbol('overdue orders are looked after');

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
          host: config.GRPC_HOST,
          port: config.GRPC_PORT,
        }),
        subgraphModule({ orphanedTypes }),
      ],
      controllers: [OrderGrpc, ProductGrpc],
      providers: [
        grpcClient(IMAGES, imagesV1.ImagesServiceService, { url: config.IMAGES_GRPC }),
        { provide: STEP_LIMITS, useValue: stepLimits(config) },
        ...[OrderService, OrderStore, OrderConsumer, OrderSweeper, ProductService, ProductStore, sweep],
        ...resolvers,
      ],
    };
  }
}

const sweep = {
  provide: SWEEP,
  inject: [Lifecycle, OrderSweeper],
  useFactory: (lifecycle: Lifecycle, sweeper: OrderSweeper) => {
    lifecycle.onStart('consume', 'overdue orders', async () => sweeper.start());
    lifecycle.onStop('yield', 'overdue orders', () => sweeper.stop());
  },
};
