/** A service with the same edge, token check, pool and driver as payments, whose transfers are two updates in a transaction and nothing else. */
import { paymentsV1 } from '@halftone/contracts';
import { GrpcController, grpcSettings, GrpcServerModule, unchecked } from '@halftone/grpc';
import { Database, type Migration, PostgresModule, postgresSettings } from '@halftone/postgres';
import { defineService, requirePrincipal, runService } from '@halftone/service';
import { Inject } from '@nestjs/common';
import { sql } from 'kysely';

const accounts: Migration = {
  id: '0001-accounts',
  up: `create table account (customer text primary key, balance bigint not null check (balance >= 0));
    insert into account select 'load-' || n, 100000000 from generate_series(1, 10) n`,
};

class BareTransfers {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  async createTransfer({
    to,
    amount,
    currency,
    idempotencyKey: id,
  }: paymentsV1.CreateTransferRequest): Promise<paymentsV1.CreateTransferResponse> {
    const { customer: from } = requirePrincipal();
    const change = (customer: string, by: number) =>
      sql`update account set balance = balance + ${by}::bigint where customer = ${customer}`;
    // In the order of their names, or two transfers between the same two would deadlock.
    const changes = [change(from, -amount), change(to, amount)];
    if (from > to) changes.reverse();
    await this.db.tx(async (tx) => {
      for (const one of changes) await one.execute(tx);
    });
    return { transfer: { id, from, to, amount, currency, createdAt: new Date() }, replayed: false };
  }
}
Inject(Database)(BareTransfers, undefined, 0);
GrpcController(paymentsV1.PaymentsServiceService, unchecked(paymentsV1.PaymentsServiceService))(BareTransfers);

class BareModule {}

await runService(
  defineService({
    name: 'bare',
    settings: { ...grpcSettings, ...postgresSettings },
    module: ({ DATABASE_URL, DATABASE_POOL_SIZE, GRPC_HOST, GRPC_PORT }) => ({
      module: BareModule,
      imports: [
        PostgresModule.forRoot({
          url: DATABASE_URL,
          poolSize: DATABASE_POOL_SIZE,
          schema: 'bench',
          migrations: [accounts],
        }),
        GrpcServerModule.forRoot({ services: [paymentsV1.PaymentsServiceService], host: GRPC_HOST, port: GRPC_PORT }),
      ],
      controllers: [BareTransfers],
    }),
  }),
);
