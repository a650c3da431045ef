import { paymentsV1 } from '@halftone/contracts';
import { subgraphModule } from '@halftone/graphql';
import { GrpcServerModule } from '@halftone/grpc';
import { KafkaModule } from '@halftone/kafka';
import { PostgresModule } from '@halftone/postgres';
import { type DynamicModule, Module } from '@nestjs/common';
import { AccountGrpc } from './account/account.grpc';
import type { PaymentsConfig } from './config';
import { CustomerService } from './customer/customer.service';
import { CustomerStore } from './customer/customer.store';
import { type Seeding, SEEDING, SeedService } from './customer/seed.service';
import { orphanedTypes, resolvers } from './graphql';
import { LedgerStore } from './ledger/ledger.store';
import { migrations } from './migrations';
import { PaymentConsumer } from './payment/payment.consumer';
import { PaymentGrpc } from './payment/payment.grpc';
import { group, PaymentService } from './payment/payment.service';
import { PaymentStore } from './payment/payment.store';
import { TransferGrpc } from './transfer/transfer.grpc';
import { TransferService } from './transfer/transfer.service';
import { TransferStore } from './transfer/transfer.store';

const services = [paymentsV1.AccountsServiceService, paymentsV1.PaymentsServiceService];

const seedingOf = ({ SEED_PASSWORD, SEED_LOAD_CUSTOMERS }: PaymentsConfig): Seeding => ({
  password: SEED_PASSWORD,
  loadCustomers: SEED_LOAD_CUSTOMERS,
});

@Module({})
export class PaymentsModule {
  static forRoot(config: PaymentsConfig): DynamicModule {
    return {
      module: PaymentsModule,
      imports: [
        PostgresModule.forRoot({
          url: config.DATABASE_URL,
          poolSize: config.DATABASE_POOL_SIZE,
          schema: 'payments',
          migrations,
        }),
        KafkaModule.forRoot({
          brokers: config.KAFKA_BROKERS,
          clientId: 'payments',
          group,
          consumers: [PaymentConsumer],
          relay: true,
        }),
        GrpcServerModule.forRoot({ services, host: config.GRPC_HOST, port: config.GRPC_PORT }),
        subgraphModule({ orphanedTypes }),
      ],
      controllers: [AccountGrpc, PaymentGrpc, TransferGrpc],
      providers: [
        { provide: SEEDING, useValue: seedingOf(config) },
        ...[CustomerService, CustomerStore, SeedService, LedgerStore],
        ...[PaymentService, PaymentStore, PaymentConsumer, TransferService, TransferStore],
        ...resolvers,
      ],
    };
  }
}
