import { DomainError } from '@halftone/kernel';
import { moves, type OrderStatus } from './status';

/** The states that need a reason. */
const setbacks = ['payment_failed', 'cancelled', 'refunding', 'refunded'] as const satisfies OrderStatus[];

type Setback = (typeof setbacks)[number];

/** The stations of an order that goes well. */
type Milestone = Exclude<OrderStatus, 'placed' | Setback>;

export interface OrderLine {
  imageId: string;
  product: string;
  quantity: number;
  /** Minor units of the order's currency. */
  unitPrice: number;
}

/** What never changes about an order. */
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
  | { type: 'TimeOutStep' };

type PlaceOrder = Extract<OrderCommand, { type: 'PlaceOrder' }>;

/** What may happen to an order that exists. */
export type SagaCommand = Exclude<OrderCommand, { type: 'PlaceOrder' }>;

export type OrderEvent = { at: Date } & (
  | { type: 'order.placed'; order: OrderFacts }
  | { type: `order.${Milestone}` }
  | { type: `order.${Setback}`; reason: string }
);

/** An event of an order as its history keeps it. */
export interface TimelineEntry {
  type: OrderEvent['type'];
  version: number;
  time: Date;
  /** The id the event has on Kafka. */
  eventId: string;
  /** Of the work that led to it; null if that was not traced. */
  traceId: string | null;
  reason: string | null;
}

/**
 * What a command leads to. Pure. A command whose moment the order has already left behind leads to nothing, because events arrive more
 * than once and late; one that the order can never obey, or not yet, throws ORDER_TRANSITION_ILLEGAL.
 */
export function decide(command: OrderCommand, order: Order | undefined, now: Date): OrderEvent[] {
  if (command.type === 'PlaceOrder') return [place(command, order, now)];
  return follow(command, existing(order), now);
}

function follow(command: SagaCommand, order: Order, now: Date): OrderEvent[] {
  switch (command.type) {
    case 'MarkPaid':
      return pay(order, now);
    case 'FailPayment':
      return moves(order, 'payment_failed') ? [setback('payment_failed', command.reason, now)] : [];
    case 'StartPrinting':
      return moves(order, 'printing') ? [print(order, command.unavailable, now)] : [];
    case 'Ship':
      return moves(order, 'shipped') ? [{ type: 'order.shipped', at: now }] : [];
    case 'MarkRefunded':
      return moves(order, 'refunded') ? [setback('refunded', reasonOf(order) ?? command.reason, now)] : [];
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
      return { ...followed(order), status: 'paid' };
    case 'order.printing':
      return { ...followed(order), status: 'printing' };
    case 'order.shipped':
      return { ...followed(order), status: 'shipped' };
    case 'order.payment_failed':
      return { ...followed(order), status: 'payment_failed', reason: event.reason };
    case 'order.cancelled':
      return { ...followed(order), status: 'cancelled', reason: event.reason };
    case 'order.refunding':
      return { ...followed(order), status: 'refunding', reason: event.reason };
    case 'order.refunded':
      return { ...followed(order), status: 'refunded', reason: event.reason };
    default:
      return event satisfies never;
  }
}

export const isSetback = (status: OrderStatus): status is Setback => setbacks.some((each) => each === status);

/** Why the order is where it is; undefined for one that goes well. */
export const reasonOf = (order: Order): string | undefined => ('reason' in order ? order.reason : undefined);

function place({ order: asked, printable }: PlaceOrder, order: Order | undefined, now: Date): OrderEvent {
  if (order) throw new DomainError('ORDER_TRANSITION_ILLEGAL', `order ${order.id} is placed already`);
  const refused = asked.lines.flatMap(({ imageId }, index) =>
    printable.has(imageId) ? [] : [`lines.${index}.imageId`],
  );
  if (refused.length > 0) {
    const details = refused.map((path) => ({ path, message: 'is unknown, not yours or not ready' }));
    throw new DomainError('IMAGE_NOT_PRINTABLE', `not printable: ${refused.join(', ')}`, details);
  }
  return { type: 'order.placed', order: { ...asked, createdAt: now }, at: now };
}

/** Money for an order that was given up goes back. */
function pay(order: Order, now: Date): OrderEvent[] {
  if (order.status === 'cancelled') return [setback('refunding', 'PAYMENT_LATE', now)];
  return moves(order, 'paid') ? [{ type: 'order.paid', at: now }] : [];
}

/** What the print lab cannot make is not begun; the whole order is paid back. */
function print({ lines }: Order, unavailable: ReadonlySet<string>, now: Date): OrderEvent {
  const possible = lines.every(({ product }) => !unavailable.has(product));
  return possible ? { type: 'order.printing', at: now } : setback('refunding', 'PRODUCT_UNAVAILABLE', now);
}

/** What becomes of an order whose step has taken too long. A refund is never given up, and an end has no time limit. */
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

/** The order without its state, one version later. */
function followed(order: Order | undefined): OrderFacts & { version: number } {
  const { id, customer, lines, total, currency, payment, createdAt, version } = existing(order);
  return { id, customer, lines, total, currency, payment, createdAt, version: version + 1 };
}

function existing(order: Order | undefined): Order {
  if (!order) throw new DomainError('ORDER_NOT_FOUND', 'no such order');
  return order;
}
