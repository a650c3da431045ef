import { DomainError, parseId, parseIds } from '@halftone/kernel';
import { decodeCursor, type Page, pageOf } from '@halftone/postgres';
import type { Principal } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Payment } from './payment';
import { PaymentStore, type Scope } from './payment.store';

/** Reads payments: a customer sees their own, an operator sees all. */
@Injectable()
export class PaymentQueryService {
  constructor(private readonly store: PaymentStore) {}

  async get(principal: Principal, id: string): Promise<Payment> {
    const [payment] = await this.find(principal, [id]);
    if (!payment) throw new DomainError('PAYMENT_NOT_FOUND', `no payment ${id}`);
    return payment;
  }

  /** The existing and visible payments, in no order. */
  find(principal: Principal, ids: readonly string[]): Promise<Payment[]> {
    return this.store.find(scopeOf(principal), parseIds(ids));
  }

  /** The visible payments of these orders, oldest first. */
  findByOrder(principal: Principal, orderIds: readonly string[]): Promise<Payment[]> {
    return this.store.findByOrder(scopeOf(principal), parseIds(orderIds));
  }

  /** Newest first; of one order, or of all if `orderId` is empty. */
  async list(principal: Principal, limit: number, cursor: string, order = ''): Promise<Page<Payment>> {
    const orderId = parseId(order);
    if (order && !orderId) return { items: [], nextCursor: '' };
    return this.page({ ...scopeOf(principal), ...(orderId && { orderId }) }, limit, cursor);
  }

  /** One customer's payments, newest first; empty if the caller may not see them. */
  async listOf(principal: Principal, customer: string, limit: number): Promise<Payment[]> {
    if (principal.role !== 'operator' && principal.customer !== customer) return [];
    return (await this.page({ customer }, limit, '')).items;
  }

  private async page(scope: Scope, limit: number, cursor: string): Promise<Page<Payment>> {
    const list = scope.orderId ? `payments of ${scope.orderId}` : 'payments';
    const before = cursor ? decodeCursor(list, cursor, z.uuid()) : undefined;
    return pageOf(list, await this.store.list(scope, limit + 1, before), limit, ({ id }) => id);
  }
}

/** The payments that this caller may see. */
export const scopeOf = ({ customer, role }: Principal): Scope => (role === 'operator' ? {} : { customer });
