import { DomainError } from '@halftone/kernel';

/**
 * The only legal transitions. No state is entered twice. A cancelled order leaves its state only when a late payment
 * arrives and has to be refunded.
 */
export const transitions = {
  placed: ['paid', 'payment_failed', 'cancelled'],
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

/** Final states: nothing is left to do. */
const finalStatuses: readonly OrderStatus[] = ['shipped', 'cancelled', 'refunded'];

export const isFinal = (status: OrderStatus): boolean => finalStatuses.includes(status);

const next = (status: OrderStatus): readonly OrderStatus[] => transitions[status];

/** Whether a path of transitions leads from one state to the other; every state reaches itself. */
export const reaches = (from: OrderStatus, to: OrderStatus): boolean =>
  from === to || next(from).some((status) => reaches(status, to));

/** Whether an order in this state has already passed the point where it could move to `target`. */
export const isPast = (status: OrderStatus, target: OrderStatus): boolean =>
  statuses.some((from) => from !== status && next(from).includes(target) && reaches(from, status));

/** True if the order can move to `target` now, false if it is past that point. Throws if it can't yet, or never can. */
export function canMove({ id, status }: { id: string; status: OrderStatus }, target: OrderStatus): boolean {
  if (next(status).includes(target)) return true;
  if (isPast(status, target)) return false;
  throw new DomainError('ORDER_TRANSITION_ILLEGAL', `order ${id} is ${status} and cannot become ${target}`);
}

/** Time limit per state, in ms; a state without an entry has no limit. */
export type StepLimits = Readonly<Partial<Record<OrderStatus, number>>>;
