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

/** Each state with the events that lead there, the table checked against `evolve`. */
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

/** The commands that aim at one state, whatever the order is. */
const commands: [OrderStatus, SagaCommand][] = [
  ['paid', { type: 'MarkPaid' }],
  ['payment_failed', { type: 'FailPayment', reason: 'r' }],
  ['printing', { type: 'StartPrinting', unavailable: new Set() }],
  ['shipped', { type: 'Ship' }],
  ['refunded', { type: 'MarkRefunded', reason: 'r' }],
];
const followers = (status: OrderStatus): readonly string[] => transitions[status];
const pairs = statuses.flatMap((from) => commands.map(([to, command]) => [from, to, command] as const));
/** The one command that has a second aim. */
const latePayments = pairs.filter(([from, to]) => from === 'cancelled' && to === 'paid');

test.each(pairs.filter((pair) => !latePayments.includes(pair)))(
  '%s to %s happens if and only if the table says so',
  (from, to, command) => {
    const decided = () => decide(command, orderThatIs(from), at).map(({ type }) => type);
    if (followers(from).includes(to)) expect(decided()).toEqual([`order.${to}`]);
    else if (isPast(from, to)) expect(decided()).toEqual([]);
    else expect(decided).toThrow(expect.objectContaining({ code: 'ORDER_TRANSITION_ILLEGAL' }));
  },
);

test.each(statuses)('what a step of a %s order that took too long leads to is in the table', (from) => {
  for (const { type } of decide({ type: 'TimeOutStep' }, orderThatIs(from), at)) {
    expect(followers(from)).toContain(type.replace('order.', ''));
  }
});

test('every state can be reached and names only states', () => {
  for (const status of statuses) expect(reaches('placed', status)).toBe(true);
  for (const status of statuses) expect(statuses).toEqual(expect.arrayContaining([...followers(status)]));
});

test('no state is entered twice', () => {
  for (const status of statuses) {
    for (const follower of transitions[status]) expect(reaches(follower, status)).toBe(false);
  }
});

test('an order rests shipped, cancelled or refunded, and nowhere else is there nothing to do', () => {
  expect(statuses.filter(isFinal)).toEqual(['shipped', 'cancelled', 'refunded']);
  expect(statuses.filter((status) => !isFinal(status) && followers(status).length === 0)).toEqual([]);
});
