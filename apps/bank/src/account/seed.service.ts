import { Lifecycle } from '@halftone/service';
import { Inject, Injectable } from '@nestjs/common';
import { SHOP } from '../transaction/transaction';
import { AccountStore } from './account.store';

/** How many load-1, load-2 … have an account. */
export const LOAD_CUSTOMERS = Symbol('LOAD_CUSTOMERS');

const currency = 'USD';
const openings: Readonly<Record<string, number>> = { [SHOP]: 0, alice: 500_000, bob: 500_000, olga: 0 };
const loadOpening = 100_000_000;

/** The accounts that are there from the start; a customer of the shop has one under the same name. */
@Injectable()
export class SeedService {
  constructor(
    private readonly accounts: AccountStore,
    @Inject(LOAD_CUSTOMERS) private readonly loadCustomers: number,
    lifecycle: Lifecycle,
  ) {
    lifecycle.onStart('serve', 'seed', () => this.seed());
  }

  async seed(): Promise<void> {
    for (const [id, opening] of Object.entries(openings)) await this.accounts.open(id, opening, currency);
    for (let index = 1; index <= this.loadCustomers; index += 1) {
      await this.accounts.open(`load-${index}`, loadOpening, currency);
    }
  }
}
