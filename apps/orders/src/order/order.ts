import { DomainError } from '@halftone/kernel';

/** Which states may follow which; everything that moves an order asks this table. */
export const transitions = {
  placed: ['paid', 'cancelled'],
  paid: ['printing'],
  printing: ['shipped'],
  shipped: [],
  cancelled: [],
} as const satisfies Record<string, readonly string[]>;

export type OrderStatus = keyof typeof transitions;

/** The stations of an order that goes well; `cancelled` needs a reason and so has an event of its own. */
type Milestone = Exclude<OrderStatus, 'placed' | 'cancelled'>;

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
  payment: 'wallet';
  createdAt: Date;
}

/** `version` is the number of events so far: 1..n without gap. */
export type Order = OrderFacts & { version: number } & (
    { status: Exclude<OrderStatus, 'cancelled'> } | { status: 'cancelled'; reason: string }
  );

export type OrderCommand =
  | { type: 'PlaceOrder'; order: Omit<OrderFacts, 'createdAt'>; printable: ReadonlySet<string> }
  | { type: 'MarkPaid' }
  | { type: 'StartPrinting' }
  | { type: 'Ship' }
  | { type: 'Cancel'; reason: string };

type PlaceOrder = Extract<OrderCommand, { type: 'PlaceOrder' }>;

/** What may happen to an order that exists. */
export type SagaCommand = Exclude<OrderCommand, { type: 'PlaceOrder' }>;

export type OrderEvent = { at: Date } & (
  | { type: 'order.placed'; order: OrderFacts }
  | { type: `order.${Milestone}` }
  | { type: 'order.cancelled'; reason: string }
);

/**
 * What a command leads to. Pure. A command whose state the order has already left behind leads to nothing, because events arrive more
 * than once and late; one that the order can never obey throws ORDER_TRANSITION_ILLEGAL.
 */
export function decide(command: OrderCommand, order: Order | undefined, now: Date): OrderEvent[] {
  switch (command.type) {
    case 'PlaceOrder':
      return [place(command, order, now)];
    case 'MarkPaid':
      return moves(order, 'paid') ? [{ type: 'order.paid', at: now }] : [];
    case 'StartPrinting':
      return moves(order, 'printing') ? [{ type: 'order.printing', at: now }] : [];
    case 'Ship':
      return moves(order, 'shipped') ? [{ type: 'order.shipped', at: now }] : [];
    case 'Cancel':
      return moves(order, 'cancelled') ? [{ type: 'order.cancelled', reason: command.reason, at: now }] : [];
    default:
      return command satisfies never;
  }
}

export function evolve(order: Order | undefined, event: OrderEvent): Order {
  switch (event.type) {
    case 'order.placed':
      return { ...event.order, status: 'placed', version: 1 };
    case 'order.paid':
      return moved(order, 'paid');
    case 'order.printing':
      return moved(order, 'printing');
    case 'order.shipped':
      return moved(order, 'shipped');
    case 'order.cancelled':
      return { ...existing(order), status: 'cancelled', reason: event.reason, version: existing(order).version + 1 };
    default:
      return event satisfies never;
  }
}

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

/** True if the order may go there now, false if it has been there; throws if it can never get there. */
function moves(order: Order | undefined, target: OrderStatus): boolean {
  const { id, status } = existing(order);
  if (next(status).includes(target)) return true;
  if (reaches(target, status)) return false;
  throw new DomainError('ORDER_TRANSITION_ILLEGAL', `order ${id} is ${status} and cannot become ${target}`);
}

export const statuses = Object.keys(transitions) as readonly OrderStatus[];

export const isFinal = (status: OrderStatus): boolean => next(status).length === 0;

const next = (status: OrderStatus): readonly OrderStatus[] => transitions[status];

/** Whether the table leads from one state to the other; every state reaches itself. */
export const reaches = (from: OrderStatus, to: OrderStatus): boolean =>
  from === to || next(from).some((status) => reaches(status, to));

const moved = (order: Order | undefined, status: Milestone): Order => ({
  ...existing(order),
  status,
  version: existing(order).version + 1,
});

function existing(order: Order | undefined): Order {
  if (!order) throw new DomainError('ORDER_NOT_FOUND', 'no such order');
  return order;
}
