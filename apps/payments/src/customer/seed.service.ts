import { Database } from '@halftone/postgres';
import { Lifecycle } from '@halftone/service';
import { Inject, Injectable } from '@nestjs/common';
import { CURRENCY, OPENING, walletOf } from '../account/account';
import { move } from '../ledger/ledger';
import { LedgerStore } from '../ledger/ledger.store';
import type { PaymentsTables } from '../tables';
import { loadSeeds, seeds } from './customer';
import { CustomerStore } from './customer.store';
import { hashPassword } from './password.scrypt';

export const SEEDING = Symbol('SEEDING');

export interface Seeding {
  password: string;
  /** How many besides those who are always there. */
  loadCustomers: number;
}

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
    @Inject(SEEDING) private readonly seeding: Seeding,
    lifecycle: Lifecycle,
  ) {
    lifecycle.onStart('serve', 'seed', () => this.seed());
  }

  async seed(): Promise<void> {
    const wanted = [...seeds, ...loadSeeds(this.seeding.loadCustomers)];
    // One for all: the password is the same, and hashing is made to be slow.
    let passwordHash: string | undefined;
    for (const seed of wanted) {
      if (await this.customers.member(seed.id)) continue;
      passwordHash ??= await hashPassword(this.seeding.password);
      await this.add(seed, passwordHash);
    }
  }

  private async add(seed: Seed, passwordHash: string): Promise<void> {
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
