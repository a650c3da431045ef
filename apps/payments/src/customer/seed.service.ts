import { Database } from '@halftone/postgres';
import { Lifecycle } from '@halftone/service';
import { Inject, Injectable } from '@nestjs/common';
import { CURRENCY, OPENING, walletOf } from '../account/account';
import { move } from '../ledger/ledger';
import { LedgerStore } from '../ledger/ledger.store';
import type { PaymentsTables } from '../tables';
import { seeds } from './customer';
import { CustomerStore } from './customer.store';
import { hashPassword } from './password.scrypt';

export const SEED_PASSWORD = Symbol('SEED_PASSWORD');

type Seed = (typeof seeds)[number];

/**
 * The customers who are there from the start. Any number of replicas may seed at any start: who exists is left alone, password included,
 * and the reference of the opening makes the wallet filled once. Seeded after the tables exist and before anything is consumed.
 */
@Injectable()
export class SeedService {
  constructor(
    private readonly db: Database<PaymentsTables>,
    private readonly customers: CustomerStore,
    private readonly ledger: LedgerStore,
    @Inject(SEED_PASSWORD) private readonly password: string,
    lifecycle: Lifecycle,
  ) {
    lifecycle.onStart('serve', 'seed', () => this.seed());
  }

  async seed(): Promise<void> {
    for (const seed of seeds) {
      if (!(await this.customers.member(seed.id))) await this.add(seed);
    }
  }

  private async add(seed: Seed): Promise<void> {
    const passwordHash = await hashPassword(this.password);
    const opening = {
      kind: 'seed',
      reference: `seed:${seed.id}`,
      entries: move(seed.opening, OPENING, walletOf(seed.id)),
    } as const;
    await this.db.tx(async (tx) => {
      await this.customers.insert(tx, seed, passwordHash, CURRENCY);
      const accounts = await this.ledger.lock(tx, [OPENING, walletOf(seed.id)]);
      if (seed.opening > 0) await this.ledger.post(tx, opening, accounts, new Date());
    });
  }
}
