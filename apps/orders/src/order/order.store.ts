import { topics } from '@halftone/contracts';
import { afterCommit, appendEvent, Database, type Tx } from '@halftone/postgres';
import { Injectable } from '@nestjs/common';
import type { Selectable } from 'kysely';
import type { OrdersTables } from '../tables';
import { evolve, type Order, type OrderEvent, type OrderLine } from './order';
import { countChange } from './order.metrics';
import { subjectOf, toWire } from './wire';

type Row = Selectable<OrdersTables['order']>;
type LineRow = Selectable<OrdersTables['order_line']>;
type Rows = Database<OrdersTables>['rows'];

export type TimelineRow = Pick<Selectable<OrdersTables['order_event']>, 'type' | 'version' | 'time'>;

/** Whose orders may be seen: one customer's, or everybody's. */
export interface Scope {
  customer?: string;
}

/** Orders, their lines and their timelines. Saving events and publishing them is one step. */
@Injectable()
export class OrderStore {
  constructor(private readonly db: Database<OrdersTables>) {}

  /**
   * Applies the events, in order, and tells the world of each. `order` is what `loadForChange` gave in this transaction, or undefined
   * for an order that does not exist yet; the row lock makes the versions gapless.
   */
  async save(
    tx: Tx<OrdersTables>,
    order: Order | undefined,
    events: readonly OrderEvent[],
  ): Promise<Order | undefined> {
    let current = order;
    for (const event of events) {
      const after = evolve(current, event);
      await (current ? update(tx, after) : insert(tx, after));
      await record(tx, after, event);
      afterCommit(tx, () => countChange(after, event.at));
      current = after;
    }
    return current;
  }

  /** Nobody else can change the order until the transaction ends. */
  async loadForChange(tx: Tx<OrdersTables>, id: string): Promise<Order | undefined> {
    const row = await tx.selectFrom('order').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
    return row && toOrder(row, await linesOf(tx, [id]));
  }

  /** Those that exist and are in scope, in no order. */
  async find(scope: Scope, ids: readonly string[]): Promise<Order[]> {
    if (ids.length === 0) return [];
    return this.withLines(
      await this.inScope(scope)
        .where('id', 'in', [...ids])
        .execute(),
    );
  }

  /** Newest first, at most `limit`, those placed before the order `before`. */
  async list(scope: Scope, limit: number, before?: string): Promise<Order[]> {
    let query = this.inScope(scope);
    if (before) query = query.where('id', '<', before);
    return this.withLines(await query.orderBy('id', 'desc').limit(limit).execute());
  }

  timeline(id: string): Promise<TimelineRow[]> {
    const query = this.db.rows.selectFrom('order_event').select(['type', 'version', 'time']);
    return query.where('order_id', '=', id).orderBy('version').execute();
  }

  private inScope({ customer }: Scope) {
    const query = this.db.rows.selectFrom('order').selectAll();
    return customer === undefined ? query : query.where('customer', '=', customer);
  }

  private async withLines(rows: readonly Row[]): Promise<Order[]> {
    const ids = rows.map(({ id }) => id);
    const lines = Map.groupBy(await linesOf(this.db.rows, ids), (line) => line.order_id);
    return rows.map((row) => toOrder(row, lines.get(row.id) ?? []));
  }
}

async function insert(tx: Tx<OrdersTables>, order: Order): Promise<void> {
  const { id, customer, total, currency, payment, createdAt } = order;
  await tx
    .insertInto('order')
    .values({ id, customer, total, currency, payment, created_at: createdAt, ...mutable(order) })
    .execute();
  await tx
    .insertInto('order_line')
    .values(order.lines.map((line, position) => lineRow(id, position, line)))
    .execute();
}

async function update(tx: Tx<OrdersTables>, order: Order): Promise<void> {
  await tx.updateTable('order').set(mutable(order)).where('id', '=', order.id).execute();
}

async function record(tx: Tx<OrdersTables>, order: Order, { type, at: time }: OrderEvent): Promise<void> {
  const { id, customer: key, version } = order;
  const value = { order: toWire(order) };
  const event_id = await appendEvent(tx, {
    topic: topics.orders,
    type,
    subject: subjectOf(order),
    key,
    sequence: version,
    value,
    time,
  });
  await tx.insertInto('order_event').values({ order_id: id, version, event_id, type, time }).execute();
}

async function linesOf(rows: Rows, orderIds: readonly string[]): Promise<LineRow[]> {
  if (orderIds.length === 0) return [];
  return rows
    .selectFrom('order_line')
    .selectAll()
    .where('order_id', 'in', [...orderIds])
    .orderBy('position')
    .execute();
}

const mutable = (order: Order) => ({
  status: order.status,
  version: order.version,
  reason: order.status === 'cancelled' ? order.reason : null,
});

const lineRow = (order_id: string, position: number, { imageId, product, quantity, unitPrice }: OrderLine) => ({
  order_id,
  position,
  image_id: imageId,
  product,
  quantity,
  unit_price: unitPrice,
});

const toLine = ({ image_id, product, quantity, unit_price }: LineRow): OrderLine => ({
  imageId: image_id,
  product,
  quantity,
  unitPrice: unit_price,
});

function toOrder(row: Row, lines: readonly LineRow[]): Order {
  const { id, customer, total, currency, payment, version, status } = row;
  const facts = {
    id,
    customer,
    lines: lines.map(toLine),
    total,
    currency,
    payment,
    createdAt: row.created_at,
    version,
  };
  return status === 'cancelled' ? { ...facts, status, reason: row.reason ?? '' } : { ...facts, status };
}
