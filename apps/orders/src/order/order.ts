import { assertPermitted, DomainError } from '@halftone/kernel';
import { canMove, type OrderStatus } from './status';

/** The states that need a reason. */
const setbacks = ['payment_failed', 'cancelled', 'refunding', 'refunded'] as const satisfies OrderStatus[];

type Setback = (typeof setbacks)[number];

/** The states of an order without problems. */
type Milestone = Exclude<OrderStatus, 'placed' | Setback>;

export interface OrderLine {
  imageId: string;
  product: string;
  quantity: number;
  /** Minor units of the order's currency. */
  unitPrice: number;
}

/** The immutable part of an order. */
export interface OrderFacts {
  id: string;
  customer: string;
  lines: readonly OrderLine[];
  /** Minor units. */
  total: number;
  currency: string;
  payment: 'wallet' | 'bank';
  createdAt: Date;
}

/** `version` is the number of events so far: 1..n without gap. */
export type Order = OrderFacts & { version: number } & (
    { status: Exclude<OrderStatus, Setback> } | { status: Setback; reason: string }
  );

export type OrderCommand =
  | { type: 'PlaceOrder'; order: Omit<OrderFacts, 'createdAt'>; printable: ReadonlySet<string> }
  | { type: 'MarkPaid' }
  | { type: 'FailPayment'; reason: string }
  | { type: 'StartPrinting'; unavailable: ReadonlySet<string> }
  | { type: 'Ship' }
  | { type: 'MarkRefunded'; reason: string }
  | { type: 'CancelOrder'; by: 'owner' | 'operator'; reason: string }
  | { type: 'TimeOutStep' };

type PlaceOrder = Extract<OrderCommand, { type: 'PlaceOrder' }>;

/** Commands for an existing order. */
export type SagaCommand = Exclude<OrderCommand, { type: 'PlaceOrder' }>;

export type OrderEvent = { at: Date } & (
  | { type: 'order.placed'; order: OrderFacts }
  | { type: `order.${Milestone}` }
  | { type: `order.${Setback}`; reason: string }
);

/** An event as the order's timeline stores it. */
export interface TimelineEntry {
  type: OrderEvent['type'];
  version: number;
  time: Date;
  /** The id the event has on Kafka. */
  eventId: string;
  /** The trace that caused the event; null if it was not traced. */
  traceId: string | null;
  reason: string | null;
}

/**
 * Returns the events a command causes. Pure. Events arrive late and more than once, so a command for a state the order has
 * already passed returns no events. A command that is not possible yet, or never will be, throws ORDER_TRANSITION_ILLEGAL.
 */
export function decide(command: OrderCommand, order: Order | undefined, now: Date): OrderEvent[] {
  if (command.type === 'PlaceOrder') return [place(command, order, now)];
  return decideExisting(command, existing(order), now);
}

function decideExisting(command: SagaCommand, order: Order, now: Date): OrderEvent[] {
  switch (command.type) {
    case 'MarkPaid':
      return pay(order, now);
    case 'FailPayment':
      return canMove(order, 'payment_failed') ? [setback('payment_failed', command.reason, now)] : [];
    case 'StartPrinting':
      return canMove(order, 'printing') ? [print(order, command.unavailable, now)] : [];
    case 'Ship':
      return canMove(order, 'shipped') ? [{ type: 'order.shipped', at: now }] : [];
    case 'MarkRefunded':
      return canMove(order, 'refunded') ? [setback('refunded', reasonOf(order) ?? command.reason, now)] : [];
    case 'CancelOrder':
      return cancel(order, command, now);
    case 'TimeOutStep':
      return timeOut(order, now);
    default:
      return command satisfies never;
  }
}

export function evolve(order: Order | undefined, event: OrderEvent): Order {
  switch (event.type) {
    case 'order.placed':
      return { ...event.order, status: 'placed', version: 1 };
    case 'order.paid':
      return { ...nextVersion(order), status: 'paid' };
    case 'order.printing':
      return { ...nextVersion(order), status: 'printing' };
    case 'order.shipped':
      return { ...nextVersion(order), status: 'shipped' };
    case 'order.payment_failed':
      return { ...nextVersion(order), status: 'payment_failed', reason: event.reason };
    case 'order.cancelled':
      return { ...nextVersion(order), status: 'cancelled', reason: event.reason };
    case 'order.refunding':
      return { ...nextVersion(order), status: 'refunding', reason: event.reason };
    case 'order.refunded':
      return { ...nextVersion(order), status: 'refunded', reason: event.reason };
    default:
      return event satisfies never;
  }
}

export const isSetback = (status: OrderStatus): status is Setback => setbacks.some((each) => each === status);

/** The reason of a setback; undefined in every other state. */
export const reasonOf = (order: Order): string | undefined => ('reason' in order ? order.reason : undefined);

function place({ order: requested, printable }: PlaceOrder, order: Order | undefined, now: Date): OrderEvent {
  if (order) throw new DomainError('ORDER_TRANSITION_ILLEGAL', `order ${order.id} already exists`);
  const refused = requested.lines.flatMap(({ imageId }, index) =>
    printable.has(imageId) ? [] : [`lines.${index}.imageId`],
  );
  if (refused.length > 0) {
    const details = refused.map((path) => ({ path, message: 'is unknown, not yours or not ready' }));
    throw new DomainError('IMAGE_NOT_PRINTABLE', `not printable: ${refused.join(', ')}`, details);
  }
  return { type: 'order.placed', order: { ...requested, createdAt: now }, at: now };
}

/** A payment for a cancelled order is refunded. */
function pay(order: Order, now: Date): OrderEvent[] {
  if (order.status === 'cancelled') return [setback('refunding', 'PAYMENT_LATE', now)];
  return canMove(order, 'paid') ? [{ type: 'order.paid', at: now }] : [];
}

/** If any product is unavailable, the whole order is refunded. */
function print({ lines }: Order, unavailable: ReadonlySet<string>, now: Date): OrderEvent {
  const possible = lines.every(({ product }) => !unavailable.has(product));
  return possible ? { type: 'order.printing', at: now } : setback('refunding', 'PRODUCT_UNAVAILABLE', now);
}

/** Cancels an unpaid order and refunds a paid one. Cancelling again changes nothing. */
function cancel(order: Order, { by, reason }: Extract<OrderCommand, { type: 'CancelOrder' }>, now: Date): OrderEvent[] {
  const { id, status } = order;
  assertPermitted(
    'orders.CancelOrder',
    { caller: by, state: status },
    `order ${id} is ${status}: too late to cancel it`,
  );
  switch (status) {
    case 'placed':
    case 'payment_failed':
      return [setback('cancelled', reason, now)];
    case 'paid':
    case 'printing':
      return [setback('refunding', reason, now)];
    default:
      return [];
  }
}

/** Applies the time limit of the current step. A refund is never abandoned, and a final state has no limit. */
function timeOut(order: Order, now: Date): OrderEvent[] {
  switch (order.status) {
    case 'placed':
      return [setback('payment_failed', 'PAYMENT_TIMEOUT', now)];
    case 'payment_failed':
      return [setback('cancelled', order.reason, now)];
    case 'paid':
    case 'printing':
      return [setback('refunding', 'PRINT_TIMEOUT', now)];
    case 'refunding':
    case 'shipped':
    case 'cancelled':
    case 'refunded':
      return [];
    default:
      return order satisfies never;
  }
}

const setback = (status: Setback, reason: string, at: Date): OrderEvent => ({ type: `order.${status}`, reason, at });

/** The immutable part of the order with the next version. */
function nextVersion(order: Order | undefined): OrderFacts & { version: number } {
  const { id, customer, lines, total, currency, payment, createdAt, version } = existing(order);
  return { id, customer, lines, total, currency, payment, createdAt, version: version + 1 };
}

function existing(order: Order | undefined): Order {
  if (!order) throw new DomainError('ORDER_NOT_FOUND', 'no such order');
  return order;
}
