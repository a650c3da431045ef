import { type imagesV1, ordersV1 } from '@halftone/contracts';
import { DomainError, parseId, parseIds, uuidv7 } from '@halftone/kernel';
import {
  afterCommit,
  Database,
  decodeCursor,
  fingerprintOf,
  idempotently,
  type Page,
  pageOf,
  type Replayable,
  storedResponse,
  type Tx,
} from '@halftone/postgres';
import { failpoint, logger, planted, type Principal } from '@halftone/service';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { ProductService } from '../product/product.service';
import type { OrdersTables } from '../tables';
import { type Draft, draftOrder } from './draft';
import { decide, type Order, type OrderEvent, type SagaCommand, type TimelineEntry } from './order';
import { countTimeout } from './order.metrics';
import { OrderStore, type OverdueOrder, type Scope } from './order.store';
import { paymentOf, toWire } from './wire';
import type { GrpcClient } from '@halftone/grpc';

/** Injection token of the images service. */
export const IMAGES = Symbol('images.ImagesService');

export type ImagesClient = GrpcClient<typeof imagesV1.ImagesServiceService>;

/** The Kafka consumer group, and the consumer name in the inbox. */
export const group = 'halftone.orders';

const { Order: codec, PlaceOrderRequest } = ordersV1;

/**
 * The use cases of orders. Every change is one transaction: load, decide, save. A customer sees only their own orders, an
 * operator sees all. An order the caller may not see is ORDER_NOT_FOUND, like one that does not exist.
 */
@Injectable()
export class OrderService {
  constructor(
    private readonly db: Database<OrdersTables>,
    private readonly store: OrderStore,
    private readonly products: ProductService,
    @Inject(IMAGES) private readonly images: ImagesClient,
  ) {}

  /**
   * Places an order once per key. A replay needs neither the price list nor the images service, so the stored response is
   * read first. Two concurrent first calls both call images; the key lets only one of them place the order. No
   * transaction is open during the call to images.
   */
  async place({ customer }: Principal, request: ordersV1.PlaceOrderRequest): Promise<Replayable<ordersV1.Order>> {
    await failpoint('orders.place.request-read');
    const claim = { customer, route: 'orders.PlaceOrder', key: request.idempotencyKey };
    const fingerprint = fingerprintOf(PlaceOrderRequest.encode({ ...request, idempotencyKey: '' }).finish());
    const stored = await storedResponse(this.db.rows, claim, fingerprint, codec);
    if (stored) return { response: stored, replayed: true };
    const payment = paymentOf(request.payment);
    const draft = draftOrder(request.lines, await this.products.list());
    const printable = await this.printableOf(draft);
    const order = { id: uuidv7(), customer, payment, ...draft };
    const place = { type: 'PlaceOrder', order, printable } as const;
    const placed = await this.db.tx(async (tx) => {
      const answer = await idempotently(tx, claim, fingerprint, codec, async () => {
        await failpoint('orders.place.claimed');
        return toWire(existing(order.id, await this.store.save(tx, undefined, decide(place, undefined, new Date()))));
      });
      await failpoint('orders.place.before-commit');
      return answer;
    });
    await failpoint('orders.place.after-commit');
    return placed;
  }

  /**
   * Cancels an order before it is printed. The saga refunds what was paid, unless the caller refunds it first.
   * Idempotent by state, so it needs no key. The row is locked: an order is either cancelled or printed, never both.
   */
  async cancel(principal: Principal, orderId: string, reason: string): Promise<Order> {
    const command = { type: 'CancelOrder', by: callerOf(principal), reason: cancelReason(reason) } as const;
    const order = await this.db.tx(async (tx) => {
      const id = parseId(orderId);
      const before = existing(orderId, id ? await this.store.loadForChange(tx, id, scopeOf(principal)) : undefined);
      const after = await this.store.save(tx, before, decide(command, before, new Date()));
      await failpoint('orders.cancel.before-commit');
      return existing(orderId, after);
    });
    await failpoint('orders.cancel.after-commit');
    return order;
  }

  /** Applies the command of an event. An order that is past this step does not change. */
  async advance(tx: Tx<OrdersTables>, orderId: string, command: SagaCommand): Promise<void> {
    const id = parseId(orderId);
    const order = existing(orderId, id ? await this.store.loadForChange(tx, id) : undefined);
    await this.store.save(tx, order, decide(command, order, new Date()));
    await failpoint('orders.advance.before-commit');
    afterCommit(tx, () => failpoint('orders.advance.after-commit'));
  }

  /** Starts printing; an order with an unavailable product is refunded instead. */
  async startPrinting(tx: Tx<OrdersTables>, orderId: string): Promise<void> {
    if (planted('order.print-forgotten')) return;
    const unavailable = await this.products.unavailable(tx);
    await this.advance(tx, orderId, { type: 'StartPrinting', unavailable });
  }

  /** At most `limit` orders whose step has exceeded its time limit, those after `last`. */
  overdue(limit: number, last?: OverdueOrder): Promise<OverdueOrder[]> {
    return this.store.overdue(limit, last);
  }

  /** Applies the time limit to an order that is still overdue. Skips an order that another process has locked. */
  async timeOut(id: string): Promise<void> {
    await this.db.tx(async (tx) => {
      const order = await this.store.loadOverdue(tx, id);
      if (!order) return;
      const events = decide({ type: 'TimeOutStep' }, order, new Date());
      await (events.length > 0 ? this.store.save(tx, order, events) : this.store.postpone(tx, order));
      afterCommit(tx, () => reportTimeout(order, events));
      await failpoint('orders.timeout.before-commit');
    });
  }

  async get(principal: Principal, id: string): Promise<Order> {
    return existing(id, (await this.find(principal, [id]))[0]);
  }

  /** The orders that exist and the caller may see, unordered. */
  find(principal: Principal, ids: readonly string[]): Promise<Order[]> {
    return this.store.find(scopeOf(principal), parseIds(ids));
  }

  /** Newest first. */
  list(principal: Principal, limit: number, cursor: string): Promise<Page<Order>> {
    return this.page(scopeOf(principal), limit, cursor);
  }

  /** One customer's orders, newest first; empty if the caller may not see them. */
  async listOf(principal: Principal, customer: string, limit: number): Promise<Order[]> {
    if (principal.role !== 'operator' && principal.customer !== customer) return [];
    return (await this.page({ customer }, limit, '')).items;
  }

  async timeline(principal: Principal, id: string): Promise<TimelineEntry[]> {
    return this.store.timeline((await this.get(principal, id)).id);
  }

  private async printableOf({ lines }: Draft): Promise<ReadonlySet<string>> {
    const { ids } = await this.images.filterPrintable({ ids: [...new Set(lines.map(({ imageId }) => imageId))] });
    return new Set(ids);
  }

  private async page(scope: Scope, limit: number, cursor: string): Promise<Page<Order>> {
    const before = cursor ? decodeCursor('orders', cursor, z.uuid()) : undefined;
    return pageOf('orders', await this.store.list(scope, limit + 1, before), limit, ({ id }) => id);
  }
}

const scopeOf = ({ customer, role }: Principal): Scope => (role === 'operator' ? {} : { customer });

const callerOf = ({ role }: Principal) => (role === 'operator' ? 'operator' : 'owner');

const longestReason = 200;

function cancelReason(reason: string): string {
  if (reason.length <= longestReason) return reason || 'CUSTOMER_REQUEST';
  const message = `is longer than ${longestReason} characters`;
  throw new DomainError('VALIDATION_FAILED', `reason: ${message}`, [{ path: 'reason', message }]);
}

function existing(id: string, order: Order | undefined): Order {
  if (!order) throw new DomainError('ORDER_NOT_FOUND', `no order ${id}`);
  return order;
}

/** An expired payment window is normal (info); every other timeout needs an operator's attention (warn). */
function reportTimeout({ id, status }: Order, events: readonly OrderEvent[]): void {
  countTimeout(status);
  const facts = { orderId: id, status, then: events.at(-1)?.type ?? 'nothing' };
  logger('orders.timeout')[status === 'payment_failed' ? 'info' : 'warn'](
    facts,
    'an order exceeded the time limit of its step',
  );
}
