import { paymentsV1 } from '@halftone/contracts';
import { subgraphModule } from '@halftone/graphql';
import { GrpcServerModule } from '@halftone/grpc';
import { KafkaModule } from '@halftone/kafka';
import { PostgresModule, Wakeup } from '@halftone/postgres';
import { Lifecycle } from '@halftone/service';
import { type DynamicModule, Module } from '@nestjs/common';
import { AccountGrpc } from './account/account.grpc';
import { BankService } from './bank/bank.service';
import { BankWorker } from './bank/bank.worker';
import { soapBank } from './bank/client/bank.provider';
import { OperationStore, PATIENCE } from './bank/operation.store';
import { SettlementService } from './bank/settlement.service';
import type { PaymentsConfig } from './config';
import { CustomerService } from './customer/customer.service';
import { CustomerStore } from './customer/customer.store';
import { type Seeding, SEEDING, SeedService } from './customer/seed.service';
import { orphanedTypes, resolvers } from './graphql';
import { LedgerStore } from './ledger/ledger.store';
import { migrations } from './migrations';
import { PaymentConsumer } from './payment/payment.consumer';
import { PaymentGrpc } from './payment/payment.grpc';
import { PaymentQueries } from './payment/payment-query.service';
import { group, PaymentService } from './payment/payment.service';
import { PaymentStore } from './payment/payment.store';
import { RefundGrpc } from './refund/refund.grpc';
import { RefundService } from './refund/refund.service';
import { RefundStore } from './refund/refund.store';
import { TransferGrpc } from './transfer/transfer.grpc';
import { TransferService } from './transfer/transfer.service';
import { TransferStore } from './transfer/transfer.store';

const services = [paymentsV1.AccountsServiceService, paymentsV1.PaymentsServiceService];

const seedingOf = ({ SEED_PASSWORD, SEED_LOAD_CUSTOMERS }: PaymentsConfig): Seeding => ({
  password: SEED_PASSWORD,
  loadCustomers: SEED_LOAD_CUSTOMERS,
});

/** Requests that were begun and the saga's own: somebody has to end them as soon as this process takes work. */
const completing = {
  provide: Symbol('the completer runs'),
  inject: [Lifecycle, BankWorker],
  useFactory: (lifecycle: Lifecycle, worker: BankWorker) => {
    lifecycle.onStart('consume', 'bank operations', async () => worker.start());
    lifecycle.onStop('yield', 'bank operations', () => worker.stop());
  },
};

@Module({})
export class PaymentsModule {
  static forRoot(config: PaymentsConfig): DynamicModule {
    return {
      module: PaymentsModule,
      imports: [
        PostgresModule.forRoot({
          url: config.DATABASE_URL,
          poolSize: config.DATABASE_POOL_SIZE,
          idempotencyTtlHours: config.IDEMPOTENCY_TTL_HOURS,
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
      controllers: [AccountGrpc, PaymentGrpc, RefundGrpc, TransferGrpc],
      providers: [
        { provide: SEEDING, useValue: seedingOf(config) },
        ...[CustomerService, CustomerStore, SeedService, LedgerStore],
        { provide: PATIENCE, useValue: { giveUpMs: config.BANK_GIVE_UP_MS } },
        ...[PaymentService, PaymentQueries, PaymentStore, PaymentConsumer, RefundService, RefundStore],
        ...[TransferService, TransferStore],
        ...[Wakeup, OperationStore, SettlementService, BankService, BankWorker, completing, soapBank(config)],
        ...resolvers,
      ],
    };
  }
}
