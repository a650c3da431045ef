import { DomainError } from '@halftone/kernel';
import type { Principal } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { type Customer, type Member, wrongCredentials } from './customer';
import { CustomerStore } from './customer.store';
import { hashPassword, passwordMatches } from './password.scrypt';

/** Who somebody is and what is in the wallet. */
@Injectable()
export class CustomerService {
  /** Compared with when there is no such customer, so that this takes as long as a wrong password. */
  private readonly nobody = hashPassword('');

  constructor(private readonly store: CustomerStore) {}

  /** Throws WRONG_CREDENTIALS, the same for an unknown customer and a wrong password, after the same work. */
  async verify(id: string, password: string): Promise<Customer> {
    const found = await this.store.credentials(id);
    const matches = await passwordMatches(password, found?.passwordHash ?? (await this.nobody));
    if (!found || !matches) throw wrongCredentials();
    return found;
  }

  async get(id: string): Promise<Member> {
    const member = await this.store.member(id);
    if (!member) throw new DomainError('ACCOUNT_NOT_FOUND', `no account of ${id}`);
    return member;
  }

  /** Like `get`, for somebody else's account: only an operator sees those. */
  async find({ customer, role }: Principal, id: string): Promise<Member | undefined> {
    return customer === id || role === 'operator' ? this.store.member(id) : undefined;
  }
}
