import { ordersV1 } from '@halftone/contracts';
import { DomainError, isUuid, uuidv7 } from '@halftone/kernel';
import {
  afterCommit,
  Database,
  decodeCursor,
  fingerprintOf,
  idempotently,
  once,
  type Page,
  pageOf,
  type Replayable,
  storedResponse,
  type Tx,
} from '@halftone/postgres';
import { failpoint, logger, planted, type Principal } from '@halftone/service';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { IMAGES, type ImagesClient } from '../clients';
import { ProductService } from '../product/product.service';
import type { OrdersTables } from '../tables';
import { type Draft, draftOrder } from './draft';
import { decide, type Order, type OrderEvent, type SagaCommand, type TimelineEntry } from './order';
import { countTimeout } from './order.metrics';
import { OrderStore, type Scope } from './order.store';
import { paymentOf, toWire } from './wire';

/** The consumer group, and the name under which this service remembers which events it has seen. */
export const group = 'halftone.orders';

const { Order: codec, PlaceOrderRequest } = ordersV1;

/**
 * What can be done with orders. Every change is one transaction: load, decide, save. Reads show a customer only the customer's own
 * orders and an operator all of them; an order out of sight is answered like one that does not exist.
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
   * Places an order once per key. A replay needs neither the price list nor the images service, so it is looked for first; two
   * first calls at the same moment both ask, and the key lets one of them place. No transaction is open while another service is asked.
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

  /** What an event means for an order, once per event. An order that is past it stays as it is. */
  async advance(eventId: string, orderId: string, command: SagaCommand): Promise<void> {
    await this.step(eventId, (tx) => this.obey(tx, orderId, command));
  }

  /** Begins to print what the print lab can make now; an order that it can't is paid back. */
  async startPrinting(eventId: string, orderId: string): Promise<void> {
    await this.step(eventId, async (tx) => {
      if (planted('order.print-forgotten')) return;
      const unavailable = await this.products.unavailable(tx);
      await this.obey(tx, orderId, { type: 'StartPrinting', unavailable });
    });
  }

  /** Orders whose step has taken too long, at most `limit`. */
  overdue(limit: number): Promise<string[]> {
    return this.store.overdue(limit);
  }

  /** Does what is due about an order whose step has taken too long, if that is still so and no other process is at it. */
  async timeOut(id: string): Promise<void> {
    await this.db.tx(async (tx) => {
      const order = await this.store.loadOverdue(tx, id);
      if (!order) return;
      const events = decide({ type: 'TimeOutStep' }, order, new Date());
      await (events.length > 0 ? this.store.save(tx, order, events) : this.store.postpone(tx, order));
      afterCommit(tx, () => tellOfTimeout(order, events));
      await failpoint('orders.timeout.before-commit');
    });
  }

  async get(principal: Principal, id: string): Promise<Order> {
    return existing(id, (await this.find(principal, [id]))[0]);
  }

  /** Those that exist and may be seen, in no order. */
  find(principal: Principal, ids: readonly string[]): Promise<Order[]> {
    return this.store.find(scopeOf(principal), ids.filter(isUuid));
  }

  /** Newest first. */
  list(principal: Principal, limit: number, cursor: string): Promise<Page<Order>> {
    return this.page(scopeOf(principal), limit, cursor);
  }

  /** One customer's orders, newest first; none if the caller may not see them. */
  async listOf(principal: Principal, customer: string, limit: number): Promise<Order[]> {
    if (principal.role !== 'operator' && principal.customer !== customer) return [];
    return (await this.page({ customer }, limit, '')).items;
  }

  async timeline(principal: Principal, id: string): Promise<TimelineEntry[]> {
    return this.store.timeline((await this.get(principal, id)).id);
  }

  /** Once per event. */
  private async step(eventId: string, work: (tx: Tx<OrdersTables>) => Promise<void>): Promise<void> {
    await this.db.tx(async (tx) => {
      if (await once(tx, { consumer: group, eventId })) await work(tx);
      await failpoint('orders.advance.before-commit');
    });
    await failpoint('orders.advance.after-commit');
  }

  private async obey(tx: Tx<OrdersTables>, orderId: string, command: SagaCommand): Promise<void> {
    const order = existing(orderId, isUuid(orderId) ? await this.store.loadForChange(tx, orderId) : undefined);
    await this.store.save(tx, order, decide(command, order, new Date()));
  }

  private async printableOf({ lines }: Draft): Promise<ReadonlySet<string>> {
    const { ids } = await this.images.filterPrintable({ ids: [...new Set(lines.map(({ imageId }) => imageId))] });
    return new Set(ids);
  }

  private async page(scope: Scope, limit: number, cursor: string): Promise<Page<Order>> {
    const before = cursor ? decodeCursor(cursor, z.uuid()) : undefined;
    return pageOf(await this.store.list(scope, limit + 1, before), limit, ({ id }) => id);
  }
}

const scopeOf = ({ customer, role }: Principal): Scope => (role === 'operator' ? {} : { customer });

function existing(id: string, order: Order | undefined): Order {
  if (!order) throw new DomainError('ORDER_NOT_FOUND', `no order ${id}`);
  return order;
}

/** That nobody paid again in time is not unusual; everything else is for a person to look at. */
function tellOfTimeout({ id, status }: Order, events: readonly OrderEvent[]): void {
  countTimeout(status);
  const facts = { orderId: id, status, then: events.at(-1)?.type ?? 'nothing' };
  logger('orders.timeout')[status === 'payment_failed' ? 'info' : 'warn'](facts, 'a step of an order took too long');
}
