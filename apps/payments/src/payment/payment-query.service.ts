import { DomainError, isUuid } from '@halftone/kernel';
import { decodeCursor, type Page, pageOf } from '@halftone/postgres';
import type { Principal } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Payment } from './payment';
import { PaymentStore, type Scope } from './payment.store';

/** What may be seen: a customer's own payments, for an operator all of them. */
@Injectable()
export class PaymentQueries {
  constructor(private readonly store: PaymentStore) {}

  async get(principal: Principal, id: string): Promise<Payment> {
    const [payment] = await this.find(principal, [id]);
    if (!payment) throw new DomainError('PAYMENT_NOT_FOUND', `no payment ${id}`);
    return payment;
  }

  /** Those that exist and may be seen, in no order. */
  find(principal: Principal, ids: readonly string[]): Promise<Payment[]> {
    return this.store.find(scopeOf(principal), ids.filter(isUuid));
  }

  /** The payments of these orders as far as they may be seen, oldest first. */
  findByOrder(principal: Principal, orderIds: readonly string[]): Promise<Payment[]> {
    return this.store.findByOrder(scopeOf(principal), orderIds.filter(isUuid));
  }

  /** Newest first; of all orders unless one is named. */
  async list(principal: Principal, limit: number, cursor: string, orderId = ''): Promise<Page<Payment>> {
    if (orderId && !isUuid(orderId)) return { items: [], nextCursor: '' };
    return this.page({ ...scopeOf(principal), ...(orderId && { orderId }) }, limit, cursor);
  }

  /** One customer's payments, newest first; none if the caller may not see them. */
  async listOf(principal: Principal, customer: string, limit: number): Promise<Payment[]> {
    if (principal.role !== 'operator' && principal.customer !== customer) return [];
    return (await this.page({ customer }, limit, '')).items;
  }

  private async page(scope: Scope, limit: number, cursor: string): Promise<Page<Payment>> {
    const before = cursor ? decodeCursor(cursor, z.uuid()) : undefined;
    return pageOf(await this.store.list(scope, limit + 1, before), limit, ({ id }) => id);
  }
}

/** Whose payments this caller may see. */
export const scopeOf = ({ customer, role }: Principal): Scope => (role === 'operator' ? {} : { customer });
