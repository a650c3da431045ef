import { Inject, Injectable } from '@nestjs/common';
import { SHOP } from './account';
import { AccountStore } from './account.store';

/** Injection token: number of accounts for load tests (load-1, load-2 …). */
export const LOAD_CUSTOMERS = Symbol('LOAD_CUSTOMERS');

const currency = 'USD';
const openings: Readonly<Record<string, number>> = { [SHOP]: 0, alice: 500_000, bob: 500_000, olga: 0 };
const loadOpening = 100_000_000;

/** Opens the initial accounts. A customer of the shop has an account with the same name. */
@Injectable()
export class SeedService {
  constructor(
    private readonly accounts: AccountStore,
    @Inject(LOAD_CUSTOMERS) private readonly loadCustomers: number,
  ) {}

  async seed(): Promise<void> {
    for (const [id, opening] of Object.entries(openings)) await this.accounts.open(id, opening, currency);
    for (let index = 1; index <= this.loadCustomers; index += 1) {
      await this.accounts.open(`load-${index}`, loadOpening, currency);
    }
  }
}
