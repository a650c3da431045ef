import { ordersV1, paymentsV1 } from '@halftone/contracts';
import { subgraphModule } from '@halftone/graphql';
import { grpcClient, GrpcServerModule, listening } from '@halftone/grpc';
import { KafkaModule } from '@halftone/kafka';
import { PostgresModule } from '@halftone/postgres';
import { part, startAndStop, Wakeup } from '@halftone/service';
import { type DynamicModule, Module } from '@nestjs/common';
import { AccountGrpc } from './account/account.grpc';
import { BANK } from './bank/bank';
import { BankService } from './bank/bank.service';
import { SettlementWorker } from './settlement/settlement.worker';
import { soapBank, type SoapBank } from './bank/client/soap-bank.service';
import { OperationStore, RETRY_LIMITS } from './bank/operation.store';
import { type Settlements, SETTLEMENTS, SettlementService } from './settlement/settlement.service';
import { CancellationService, ORDERS } from './refund/cancellation.service';
import { KNOWN_PASSWORD, type PaymentsConfig, seedPasswordOf } from './config';
import { CustomerService } from './customer/customer.service';
import { CustomerStore } from './customer/customer.store';
import { PasswordPool } from './customer/password-pool.service';
import { type Seeding, SEEDING, SeedService } from './customer/seed.service';
import { orphanedTypes, resolvers } from './graphql';
import { CreditWorker } from './ledger/credit.worker';
import { LedgerStore } from './ledger/ledger.store';
import { migrations } from './migrations';
import { PaymentConsumer } from './payment/payment.consumer';
import { PaymentGrpc } from './payment/payment.grpc';
import { PaymentQueryService } from './payment/payment-query.service';
import { group, PaymentService } from './payment/payment.service';
import { PaymentSettlement } from './payment/payment-settlement.service';
import { PaymentStore } from './payment/payment.store';
import { RefundConsumer } from './refund/refund.consumer';
import { RefundGrpc } from './refund/refund.grpc';
import { RefundService } from './refund/refund.service';
import { RefundSettlement } from './refund/refund-settlement.service';
import { RefundStore } from './refund/refund.store';
import { TokenFamilyService } from './token-family/token-family.service';
import { oldFamilies, TokenFamilyStore } from './token-family/token-family.store';
import { RefundRequestGrpc } from './refund-request/refund-request.grpc';
import { RefundRequestService } from './refund-request/refund-request.service';
import { RefundRequestStore } from './refund-request/refund-request.store';
import { TransferGrpc } from './transfer/transfer.grpc';
import { TransferService } from './transfer/transfer.service';
import { TransferStore } from './transfer/transfer.store';

const services = [paymentsV1.AccountsServiceService, paymentsV1.PaymentsServiceService];

const seedingOf = (config: PaymentsConfig): Seeding => ({
  password: seedPasswordOf(config),
  knownPassword: KNOWN_PASSWORD,
  loadCustomers: config.SEED_LOAD_CUSTOMERS,
});

/** Debits are for payments, credits for refunds. */
const settlements = {
  provide: SETTLEMENTS,
  inject: [PaymentSettlement, RefundSettlement],
  useFactory: (debit: PaymentSettlement, credit: RefundSettlement): Settlements => ({ debit, credit }),
};

const list = startAndStop({
  serve: [part('seed', SeedService, (it) => it.seed())],
  consume: [
    part('credits', CreditWorker, (it) => it.start()),
    part('bank operations', SettlementWorker, (it) => it.start()),
  ],
  yield: [
    part('credits', CreditWorker, (it) => it.stop()),
    part('bank operations', SettlementWorker, (it) => it.stop()),
  ],
  close: [part('bank', BANK, (it: SoapBank) => it.close())],
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
          idempotencyTtlHours: config.IDEMPOTENCY_TTL_HOURS,
          schema: 'payments',
          migrations,
          retention: [oldFamilies],
        }),
        KafkaModule.forRoot({
          brokers: config.KAFKA_BROKERS,
          clientId: 'payments',
          group,
          consumers: [PaymentConsumer, RefundConsumer],
          relay: true,
        }),
        GrpcServerModule.forRoot({ services, ...listening(config) }),
        subgraphModule({ orphanedTypes }),
      ],
      controllers: [AccountGrpc, PaymentGrpc, RefundGrpc, RefundRequestGrpc, TransferGrpc],
      providers: [
        ...grpcClient(ORDERS, ordersV1.OrdersServiceService, { url: config.ORDERS_GRPC }),
        { provide: SEEDING, useValue: seedingOf(config) },
        ...[CustomerService, CustomerStore, PasswordPool, SeedService, LedgerStore, CreditWorker],
        { provide: RETRY_LIMITS, useValue: { giveUpMs: config.BANK_GIVE_UP_MS } },
        ...[PaymentService, PaymentQueryService, PaymentStore, PaymentSettlement, PaymentConsumer],
        ...[RefundService, RefundStore, RefundSettlement, RefundConsumer, CancellationService],
        ...[TransferService, TransferStore, TokenFamilyService, TokenFamilyStore],
        ...[RefundRequestService, RefundRequestStore],
        ...[Wakeup, OperationStore, BankService, SettlementWorker, soapBank(config)],
        ...[SettlementService, settlements],
        ...resolvers,
        list,
      ],
    };
  }
}
