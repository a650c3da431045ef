import { DomainError } from '@halftone/kernel';

/**
 * Which states may follow which; everything that moves an order asks this table. No state is ever entered twice. A cancelled order
 * goes on only when a payment that nobody waited for any more arrives after all.
 */
export const transitions = {
  placed: ['paid', 'payment_failed'],
  payment_failed: ['paid', 'cancelled'],
  paid: ['printing', 'refunding', 'refunded'],
  printing: ['shipped', 'refunding', 'refunded'],
  shipped: [],
  cancelled: ['refunding'],
  refunding: ['refunded'],
  refunded: [],
} as const satisfies Record<string, readonly string[]>;

export type OrderStatus = keyof typeof transitions;

export const statuses = Object.keys(transitions) as readonly OrderStatus[];

/** Where an order rests: nobody has to do anything any more. */
const ends: readonly OrderStatus[] = ['shipped', 'cancelled', 'refunded'];

export const isFinal = (status: OrderStatus): boolean => ends.includes(status);

const next = (status: OrderStatus): readonly OrderStatus[] => transitions[status];

/** Whether the table leads from one state to the other; every state reaches itself. */
export const reaches = (from: OrderStatus, to: OrderStatus): boolean =>
  from === to || next(from).some((status) => reaches(status, to));

/** Whether an order in this state has left the moment behind at which it could have gone to `target`. */
export const isPast = (status: OrderStatus, target: OrderStatus): boolean =>
  statuses.some((from) => from !== status && next(from).includes(target) && reaches(from, status));

/** True if the order may go there now, false if that moment is behind it; throws if it has not come or never can. */
export function moves({ id, status }: { id: string; status: OrderStatus }, target: OrderStatus): boolean {
  if (next(status).includes(target)) return true;
  if (isPast(status, target)) return false;
  throw new DomainError('ORDER_TRANSITION_ILLEGAL', `order ${id} is ${status} and cannot become ${target}`);
}

/** Milliseconds an order may stay in a state before something is done about it; a state without one may last. */
export type StepLimits = Readonly<Partial<Record<OrderStatus, number>>>;
