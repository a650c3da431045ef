import { specification } from '@halftone/testing';
import { decide, evolve, type Order, type OrderEvent, type OrderStatus, reaches, transitions } from './order';

const now = new Date('2026-01-01T00:00:00Z');
const facts = {
  id: '01990000-0000-7000-8000-000000000001',
  customer: 'alice',
  lines: [
    { imageId: 'photo-1', product: 'print-10x15', quantity: 2, unitPrice: 29 },
    { imageId: 'photo-2', product: 'mug', quantity: 1, unitPrice: 1499 },
  ],
  total: 1557,
  currency: 'USD',
  payment: 'wallet',
} as const;
const place = { type: 'PlaceOrder', order: facts, printable: new Set(['photo-1', 'photo-2']) } as const;

const placed: OrderEvent = { type: 'order.placed', order: { ...facts, createdAt: now }, at: now };
const paid: OrderEvent = { type: 'order.paid', at: now };
const printing: OrderEvent = { type: 'order.printing', at: now };
const shipped: OrderEvent = { type: 'order.shipped', at: now };
const cancelled: OrderEvent = { type: 'order.cancelled', reason: 'INSUFFICIENT_FUNDS', at: now };

const { given } = specification({ decide, evolve });

describe('an order that goes well', () => {
  test('is placed', () => given([]).when(place).then([placed]));
  test('then paid', () => given([placed]).when({ type: 'MarkPaid' }).then([paid]));
  test('then printed', () => given([placed, paid]).when({ type: 'StartPrinting' }).then([printing]));
  test('then shipped', () => given([placed, paid, printing]).when({ type: 'Ship' }).then([shipped]));
});

test('an order whose payment is declined is cancelled with the reason', () =>
  given([placed]).when({ type: 'Cancel', reason: 'INSUFFICIENT_FUNDS' }).then([cancelled]));

describe('events that come again or late change nothing', () => {
  test('paid twice', () => given([placed, paid]).when({ type: 'MarkPaid' }).then([]));
  test('paid after it was shipped', () => given([placed, paid, printing, shipped]).when({ type: 'MarkPaid' }).then([]));
  test('printing after it was shipped', () =>
    given([placed, paid, printing, shipped]).when({ type: 'StartPrinting' }).then([]));
  test('cancelled twice', () => given([placed, cancelled]).when({ type: 'Cancel', reason: 'again' }).then([]));
});

describe('what an order can never do is refused', () => {
  test('be paid after it was cancelled', () =>
    given([placed, cancelled]).when({ type: 'MarkPaid' }).thenThrows('ORDER_TRANSITION_ILLEGAL'));
  test('be cancelled after it was paid', () =>
    given([placed, paid]).when({ type: 'Cancel', reason: 'late' }).thenThrows('ORDER_TRANSITION_ILLEGAL'));
  test('be shipped before it was printed', () =>
    given([placed, paid]).when({ type: 'Ship' }).thenThrows('ORDER_TRANSITION_ILLEGAL'));
  test('be placed again', () => given([placed]).when(place).thenThrows('ORDER_TRANSITION_ILLEGAL'));
  test('be paid without having been placed', () => given([]).when({ type: 'MarkPaid' }).thenThrows('ORDER_NOT_FOUND'));
});

test('photos that cannot be printed are named by path', () => {
  expect(() => decide({ ...place, printable: new Set(['photo-1']) }, undefined, now)).toThrow(
    expect.objectContaining({
      code: 'IMAGE_NOT_PRINTABLE',
      details: [{ path: 'lines.1.imageId', message: 'is unknown, not yours or not ready' }],
    }),
  );
});

test('the version counts the events', () => {
  const states = [placed, paid, printing, shipped].reduce<Order[]>(
    (seen, event) => [...seen, evolve(seen.at(-1), event)],
    [],
  );
  expect(states.map(({ version }) => version)).toEqual([1, 2, 3, 4]);
});

describe('the table of transitions', () => {
  const all = Object.keys(transitions) as OrderStatus[];
  /** Each state with the events that lead there and each command with the state it aims at: the table checked against `decide`. */
  const histories: Record<OrderStatus, OrderEvent[]> = {
    placed: [placed],
    paid: [placed, paid],
    printing: [placed, paid, printing],
    shipped: [placed, paid, printing, shipped],
    cancelled: [placed, cancelled],
  };
  const commands = { paid: 'MarkPaid', printing: 'StartPrinting', shipped: 'Ship', cancelled: 'Cancel' } as const;
  const targets = Object.keys(commands) as (keyof typeof commands)[];
  const pairs = all.flatMap((from) => targets.map((to) => [from, to] as const));

  test.each(pairs)('%s to %s happens if and only if the table says so', (from, to) => {
    const order = histories[from].reduce<Order | undefined>(evolve, undefined);
    const type = commands[to];
    const decided = () =>
      decide(type === 'Cancel' ? { type, reason: 'r' } : { type }, order, now).map((event) => event.type);
    if ((transitions[from] as readonly string[]).includes(to)) expect(decided()).toEqual([`order.${to}`]);
    else if (reaches(to, from)) expect(decided()).toEqual([]);
    else expect(decided).toThrow(expect.objectContaining({ code: 'ORDER_TRANSITION_ILLEGAL' }));
  });

  test('every state can be reached and names only states', () => {
    for (const status of all) expect(reaches('placed', status)).toBe(true);
    for (const followers of Object.values(transitions)) expect(all).toEqual(expect.arrayContaining([...followers]));
  });

  test('an order ends shipped or cancelled', () => {
    expect(all.filter((status) => transitions[status].length === 0)).toEqual(['shipped', 'cancelled']);
  });
});
