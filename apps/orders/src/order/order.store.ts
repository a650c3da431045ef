import { topics } from '@halftone/contracts';
import { afterCommit, anyOf, appendEvent, Database, type Tx } from '@halftone/postgres';
import { planted, traceparent } from '@halftone/service';
import { Inject, Injectable } from '@nestjs/common';
import { type Selectable, sql } from 'kysely';
import type { OrdersTables } from '../tables';
import { evolve, isSetback, type Order, type OrderEvent, type OrderLine, reasonOf, type TimelineEntry } from './order';
import { countChange } from './order.metrics';
import type { StepLimits } from './status';
import { subjectOf, toWire } from './wire';

type Row = Selectable<OrdersTables['order']>;
type LineRow = Selectable<OrdersTables['order_line']>;
type Rows = Database<OrdersTables>['rows'];

/** Injection token of the StepLimits. */
export const STEP_LIMITS = Symbol('time limits of order steps');

/** The orders a caller may see: one customer's, or all. */
export interface Scope {
  customer?: string;
}

/** `dueAt` as the database prints it: a Date would lose its microseconds. */
export interface OverdueOrder {
  id: string;
  dueAt: string;
}

/** Orders, their lines and their timelines. Saving events and publishing them is one step. */
@Injectable()
export class OrderStore {
  constructor(
    private readonly db: Database<OrdersTables>,
    @Inject(STEP_LIMITS) private readonly limits: StepLimits,
  ) {}

  /**
   * Applies the events in order and appends each to the outbox. `order` is the result of `loadForChange` in this
   * transaction, or undefined for a new order. The row lock makes the versions gapless.
   */
  async save(
    tx: Tx<OrdersTables>,
    order: Order | undefined,
    events: readonly OrderEvent[],
  ): Promise<Order | undefined> {
    let current = order;
    for (const event of events) {
      const after = evolve(current, event);
      const mutable = mutableColumns(after, this.limits);
      await (current ? update(tx, after, mutable) : insert(tx, after, mutable));
      await record(tx, after, event);
      afterCommit(tx, () => countChange(after, event.at));
      current = after;
    }
    return current;
  }

  /** Locks the order until the transaction ends. */
  async loadForChange(tx: Tx<OrdersTables>, id: string, scope: Scope = {}): Promise<Order | undefined> {
    const row = await inScope(tx, scope).where('id', '=', id).forUpdate().executeTakeFirst();
    return row && toOrder(row, await linesOf(tx, [id]));
  }

  /**
   * At most `limit` overdue orders, oldest first, those after `last`. They are not locked: another process may change them.
   */
  overdue(limit: number, last?: OverdueOrder): Promise<OverdueOrder[]> {
    const dueAt = sql<string>`due_at::text`.as('dueAt');
    let query = this.db.rows.selectFrom('order').select(['id', dueAt]).where('due_at', '<=', now);
    if (last) query = query.where(sql<boolean>`(due_at, id) > (${last.dueAt}::timestamptz, ${last.id}::uuid)`);
    return query.orderBy('due_at').orderBy('id').limit(limit).execute();
  }

  /** Like `loadForChange`, but undefined if the order is no longer overdue or locked by another process. */
  async loadOverdue(tx: Tx<OrdersTables>, id: string): Promise<Order | undefined> {
    const query = tx.selectFrom('order').selectAll().where('id', '=', id).where('due_at', '<=', now);
    const row = await query.forUpdate().skipLocked().executeTakeFirst();
    return row && toOrder(row, await linesOf(tx, [id]));
  }

  /** Starts the time limit of the current step again. */
  async postpone(tx: Tx<OrdersTables>, order: Order): Promise<void> {
    await update(tx, order, mutableColumns(order, this.limits));
  }

  /** The orders that exist and are in scope, unordered. */
  async find(scope: Scope, ids: readonly string[]): Promise<Order[]> {
    if (ids.length === 0) return [];
    return this.withLines(await inScope(this.db.rows, scope).where(anyOf('id', ids)).execute());
  }

  /** Newest first, at most `limit`, placed before the order `before`. */
  async list(scope: Scope, limit: number, before?: string): Promise<Order[]> {
    let query = inScope(this.db.rows, scope);
    if (before) query = query.where('id', '<', before);
    return this.withLines(await query.orderBy('id', 'desc').limit(limit).execute());
  }

  timeline(id: string): Promise<TimelineEntry[]> {
    const columns = ['type', 'version', 'time', 'reason', 'event_id as eventId', 'trace_id as traceId'] as const;
    const query = this.db.rows.selectFrom('order_event').select(columns);
    return query.where('order_id', '=', id).orderBy('version').execute();
  }

  private async withLines(rows: readonly Row[]): Promise<Order[]> {
    const ids = rows.map(({ id }) => id);
    const lines = Map.groupBy(await linesOf(this.db.rows, ids), (line) => line.order_id);
    return rows.map((row) => toOrder(row, lines.get(row.id) ?? []));
  }
}

function inScope(rows: Pick<Tx<OrdersTables>, 'selectFrom'>, { customer }: Scope) {
  const query = rows.selectFrom('order').selectAll();
  return customer === undefined ? query : query.where('customer', '=', customer);
}

/** A subquery is evaluated once, so the planner can use the index on `due_at`. */
const now = sql<Date>`(select clock_timestamp())`;

async function insert(tx: Tx<OrdersTables>, order: Order, mutable: MutableColumns): Promise<void> {
  const { id, customer, total, currency, payment, createdAt } = order;
  await tx
    .insertInto('order')
    .values({ id, customer, total, currency, payment, created_at: createdAt, ...mutable })
    .execute();
  await tx
    .insertInto('order_line')
    .values(order.lines.map((line, position) => lineRow(id, position, line)))
    .execute();
}

async function update(tx: Tx<OrdersTables>, { id }: Order, mutable: MutableColumns): Promise<void> {
  await tx.updateTable('order').set(mutable).where('id', '=', id).execute();
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
  if (planted('order.event-forgotten')) return;
  const [, trace_id = null] = traceparent()?.split('-') ?? [];
  const row = { order_id: id, version, event_id, type, time, trace_id, reason: reasonOf(order) ?? null };
  await tx.insertInto('order_event').values(row).execute();
}

async function linesOf(rows: Rows, orderIds: readonly string[]): Promise<LineRow[]> {
  if (orderIds.length === 0) return [];
  return rows.selectFrom('order_line').selectAll().where(anyOf('order_id', orderIds)).orderBy('position').execute();
}

/** `due_at` uses the database clock, which all replicas share. */
const mutableColumns = (order: Order, limits: StepLimits) => ({
  status: order.status,
  version: order.version,
  reason: reasonOf(order) ?? null,
  due_at: fromNow(limits[order.status]),
});

const fromNow = (ms: number | undefined) =>
  ms === undefined ? null : sql<Date>`clock_timestamp() + ${`${ms} milliseconds`}::interval`;

type MutableColumns = ReturnType<typeof mutableColumns>;

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
  const { id, customer, total, currency, payment, version, status, created_at: createdAt } = row;
  const order = { id, customer, lines: lines.map(toLine), total, currency, payment, createdAt, version };
  return isSetback(status) ? { ...order, status, reason: row.reason ?? '' } : { ...order, status };
}
