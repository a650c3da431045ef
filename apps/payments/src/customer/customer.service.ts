import { DomainError } from '@halftone/kernel';
import type { Principal } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { type Customer, type CustomerWithBalance, wrongCredentials } from './customer';
import { CustomerStore } from './customer.store';
import { PasswordPool } from './password-pool.service';
import { hashPassword, passwordMatches } from './password-hash.service';

/** Customers: their password, their role and their wallet's balance. */
@Injectable()
export class CustomerService {
  /** Checked for an unknown customer, so that this takes as long as a wrong password. */
  private readonly dummyHash = hashPassword('');

  constructor(
    private readonly store: CustomerStore,
    private readonly pool: PasswordPool,
  ) {}

  /**
   * Throws the same WRONG_CREDENTIALS for an unknown customer and a wrong password, after the same work.
   * Throws OVERLOADED when too many passwords wait to be hashed.
   */
  async verify(id: string, password: string): Promise<Customer> {
    const found = await this.store.credentials(id);
    const stored = found?.passwordHash ?? (await this.dummyHash);
    const matches = await this.pool.run(() => passwordMatches(password, stored));
    if (!found || !matches) throw wrongCredentials();
    return found;
  }

  async get(id: string): Promise<CustomerWithBalance> {
    const customer = await this.store.withBalance(id);
    if (!customer) throw new DomainError('ACCOUNT_NOT_FOUND', `no account of ${id}`);
    return customer;
  }

  /** Undefined for another customer's account, unless the caller is an operator. */
  async find({ customer, role }: Principal, id: string): Promise<CustomerWithBalance | undefined> {
    return customer === id || role === 'operator' ? this.store.withBalance(id) : undefined;
  }
}
