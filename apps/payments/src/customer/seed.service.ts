import { Database } from '@halftone/postgres';
import { Inject, Injectable } from '@nestjs/common';
import { CURRENCY, OPENING, walletOf } from '../ledger/account';
import { move } from '../ledger/ledger';
import { LedgerStore } from '../ledger/ledger.store';
import type { PaymentsTables } from '../tables';
import { loadSeeds, seeds } from './customer';
import { CustomerStore } from './customer.store';
import { hashPassword, passwordMatches } from './password-hash.service';

export const SEEDING = Symbol('SEEDING');

export interface Seeding {
  password: string;
  /** The public password, which `password` replaces if it is another. */
  knownPassword: string;
  /** The number of customers for load tests. */
  loadCustomers: number;
}

type Seed = (typeof seeds)[number];

/**
 * Creates the seeded customers. Any number of replicas may seed at any start: existing customers stay unchanged,
 * and the opening's reference fills a wallet once. Runs after the migrations and before the consumers.
 */
@Injectable()
export class SeedService {
  constructor(
    private readonly db: Database<PaymentsTables>,
    private readonly customers: CustomerStore,
    private readonly ledger: LedgerStore,
    @Inject(SEEDING) private readonly seeding: Seeding,
  ) {}

  async seed(): Promise<void> {
    const wanted = [...seeds, ...loadSeeds(this.seeding.loadCustomers)];
    // All have the same password, and hashing is slow, so they share one hash.
    let passwordHash: string | undefined;
    for (const seed of wanted) {
      if (await this.customers.withBalance(seed.id)) continue;
      passwordHash ??= await hashPassword(this.seeding.password);
      await this.add(seed, passwordHash);
    }
    if (this.seeding.password !== this.seeding.knownPassword) await this.replaceKnownPassword();
  }

  /** Replaces the known password of existing customers. All of them share one hash. */
  private async replaceKnownPassword(): Promise<void> {
    for (const stored of await this.customers.passwordHashes()) {
      if (!(await passwordMatches(this.seeding.knownPassword, stored))) continue;
      await this.customers.replacePassword(stored, await hashPassword(this.seeding.password));
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
      const accounts = await this.ledger.lock(tx, [OPENING], [walletOf(seed.id)]);
      if (seed.opening > 0) await this.ledger.post(tx, opening, accounts, new Date());
    });
  }
}
