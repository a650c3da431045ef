import { permitOf } from '@halftone/kernel';
import { decide, evolve, type Order, type OrderEvent, type SagaCommand } from './order';
import { isFinal, isPast, type OrderStatus, reaches, statuses, transitions } from './status';

const at = new Date('2026-01-01T00:00:00Z');
const order = {
  id: '01990000-0000-7000-8000-000000000001',
  customer: 'alice',
  lines: [{ imageId: 'photo-1', product: 'mug', quantity: 1, unitPrice: 1499 }],
  total: 1499,
  currency: 'USD',
  payment: 'bank',
  createdAt: at,
} as const;

/** For each state, the states on the way to it. `evolve` replays them. */
const path: Record<OrderStatus, OrderStatus[]> = {
  placed: [],
  payment_failed: ['payment_failed'],
  paid: ['paid'],
  printing: ['paid', 'printing'],
  shipped: ['paid', 'printing', 'shipped'],
  cancelled: ['payment_failed', 'cancelled'],
  refunding: ['paid', 'refunding'],
  refunded: ['paid', 'refunding', 'refunded'],
};
const eventTo = (status: OrderStatus): OrderEvent =>
  ({ type: `order.${status}`, reason: 'r', order, at }) as OrderEvent;
const orderThatIs = (status: OrderStatus): Order =>
  path[status].map(eventTo).reduce<Order>(evolve, evolve(undefined, { type: 'order.placed', order, at }));

/** Each command and the state it leads to. */
const commands: [OrderStatus, SagaCommand][] = [
  ['paid', { type: 'MarkPaid' }],
  ['payment_failed', { type: 'FailPayment', reason: 'r' }],
  ['printing', { type: 'StartPrinting', unavailable: new Set() }],
  ['shipped', { type: 'Ship' }],
  ['refunded', { type: 'MarkRefunded', reason: 'r' }],
];
const followers = (status: OrderStatus): readonly string[] => transitions[status];
const pairs = statuses.flatMap((from) => commands.map(([to, command]) => [from, to, command] as const));
/** The one command that can lead to a second state. */
const latePayments = pairs.filter(([from, to]) => from === 'cancelled' && to === 'paid');

test.each(pairs.filter((pair) => !latePayments.includes(pair)))(
  '%s to %s happens exactly if the table allows it',
  (from, to, command) => {
    const decided = () => decide(command, orderThatIs(from), at).map(({ type }) => type);
    if (followers(from).includes(to)) expect(decided()).toEqual([`order.${to}`]);
    else if (isPast(from, to)) expect(decided()).toEqual([]);
    else expect(decided).toThrow(expect.objectContaining({ code: 'ORDER_TRANSITION_ILLEGAL' }));
  },
);

const afterTimeOut = (from: OrderStatus) =>
  decide({ type: 'TimeOutStep' }, orderThatIs(from), at).map(({ type }) => type.replace('order.', ''));

test.each(statuses)('a timeout of a %s order is a transition of the table', (from) => {
  expect(followers(from)).toEqual(expect.arrayContaining(afterTimeOut(from)));
});

const afterCancelling = (from: OrderStatus, by: 'owner' | 'operator') => {
  if (permitOf('orders.CancelOrder', by, from) !== 'ok') return [];
  return decide({ type: 'CancelOrder', by, reason: 'r' }, orderThatIs(from), at).map(({ type }) =>
    type.replace('order.', ''),
  );
};

test.each(statuses)('cancelling a %s order is a transition of the table', (from) => {
  for (const by of ['owner', 'operator'] as const)
    expect(followers(from)).toEqual(expect.arrayContaining(afterCancelling(from, by)));
});

test('a timeout moves every order that is neither final nor being refunded', () => {
  const moved = statuses.filter((from) => afterTimeOut(from).length > 0);
  expect(moved).toEqual(statuses.filter((from) => !isFinal(from) && from !== 'refunding'));
});

test('every state is reachable, and transitions name only states', () => {
  for (const status of statuses) expect(reaches('placed', status)).toBe(true);
  for (const status of statuses) expect(statuses).toEqual(expect.arrayContaining([...followers(status)]));
});

test('no state is entered twice', () => {
  for (const status of statuses) {
    for (const follower of transitions[status]) expect(reaches(follower, status)).toBe(false);
  }
});

test('shipped, cancelled and refunded are final, and only they lack a next step', () => {
  expect(statuses.filter(isFinal)).toEqual(['shipped', 'cancelled', 'refunded']);
  expect(statuses.filter((status) => !isFinal(status) && followers(status).length === 0)).toEqual([]);
});
