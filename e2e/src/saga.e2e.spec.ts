import type { Order, Payment } from '@halftone/proof/harness/clients/api.ts';
import type { Session } from '@halftone/proof/harness/clients/session.ts';
import {
  balanceOf,
  placeOrder,
  timelineOf,
  waitUntilFinal,
  waitUntilOrderIs,
  waitUntilQuiet,
  waitUntilSettled,
} from '@halftone/proof/harness/clients/shop.ts';
import { codeOf, jsonOf, send } from '@halftone/proof/harness/clients/http.ts';
import { listen, query, setAvailability, shopping, signedIn, system } from './system';

let bob: Session;
let imageId: string;
let product: string;
let price: number;

beforeAll(async () => {
  bob = await signedIn('bob');
  ({ imageId, product, price } = await shopping(bob));
});

const typesOf = async (id: string): Promise<string[]> => (await timelineOf(bob, id)).items.map(({ type }) => type);

const pay = (body: object, as = bob) => as.post('/v1/payments', body);

/** An order just too dear for the wallet, once its payment was declined. */
async function declinedOrder(product: string, unitPrice: number): Promise<Order> {
  await waitUntilQuiet(bob);
  const quantity = Math.floor((await balanceOf(bob)) / unitPrice) + 1;
  const { id } = await placeOrder(bob, imageId, product, quantity);
  return waitUntilOrderIs(bob, id, 'payment_failed');
}

const puzzle = { id: 'puzzle-1000', price: 2999 };

interface Debit {
  state: string;
  amount: number;
}
const bookingsOf = (payments: readonly Payment[]): Promise<Debit[]> =>
  query('SELECT state, amount FROM bank.transaction WHERE reference = ANY($1)', [
    payments.map(({ id }) => `ht-d-${id}`),
  ]);

test('an order is paid from the wallet, printed and shipped', async () => {
  await waitUntilQuiet(bob);
  const before = await balanceOf(bob);
  const { id, total } = await placeOrder(bob, imageId, product, 3);
  expect((await waitUntilFinal(bob, id)).status).toBe('shipped');
  expect([total, before - (await balanceOf(bob))]).toEqual([3 * price, 3 * price]);
  expect(await typesOf(id)).toEqual(['order.placed', 'order.paid', 'order.printing', 'order.shipped']);
});

test('an order is paid by the bank, once, and the wallet stays as it is', async () => {
  await waitUntilQuiet(bob);
  const before = await balanceOf(bob);
  const { id, total } = await placeOrder(bob, imageId, product, 2, 'bank');
  expect((await waitUntilFinal(bob, id)).status).toBe('shipped');
  expect(await balanceOf(bob)).toBe(before);
  const { payments } = await timelineOf(bob, id);
  expect(payments).toMatchObject([{ method: 'bank', status: 'captured', amount: total, refunds: [] }]);
  expect(await bookingsOf(payments)).toEqual([{ state: 'booked', amount: total }]);
});

test('the timeline shows each step with its event on Kafka and its trace', async () => {
  const { id } = await placeOrder(bob, imageId, product);
  await waitUntilFinal(bob, id);
  const { items } = await timelineOf(bob, id);
  expect(items.map(({ version }) => version)).toEqual([1, 2, 3, 4]);
  for (const item of items) {
    expect(item).toMatchObject({ status: item.type.slice('order.'.length), reason: null });
    expect(item.traceId).toMatch(/^[0-9a-f]{32}$/);
  }
  const notifications = await query<{ source_event_id: string }>(
    `SELECT source_event_id FROM notifications.notification WHERE subject = $1 ORDER BY seq`,
    [`orders/${id}`],
  );
  expect(notifications.map((row) => row.source_event_id)).toEqual(items.map(({ eventId }) => eventId));
});

test('an order that the wallet cannot pay says why, costs nothing and can be tried again', async () => {
  const listener = await listen(bob, 'sse');
  const { id, reason } = await declinedOrder(puzzle.id, puzzle.price);
  const before = await balanceOf(bob);
  expect(reason).toBe('INSUFFICIENT_FUNDS');
  const failed = await listener.waitFor(
    'the failed payment',
    (event) => event.type === 'order.payment_failed' && event.subject === `orders/${id}`,
  );
  expect(failed.data).toMatchObject({ order: { status: 'payment_failed', reason: 'INSUFFICIENT_FUNDS' } });
  await listener.close();

  const again = await pay({ orderId: id });
  expect([again.status, codeOf(again)]).toEqual([422, 'INSUFFICIENT_FUNDS']);
  expect([(await waitUntilSettled(bob, id)).status, await balanceOf(bob)]).toEqual(['payment_failed', before]);

  const alice = await signedIn('alice');
  const stranger = await pay({ orderId: id }, alice);
  expect([stranger.status, codeOf(stranger)]).toEqual([404, 'ORDER_NOT_FOUND']);

  await alice.post('/v1/transfers', { to: 'bob', amount: puzzle.price, currency: 'USD' });
  const paid = await pay({ orderId: id });
  expect(paid.status).toBe(201);
  expect((await waitUntilOrderIs(bob, id, 'shipped')).reason).toBeNull();
  expect(await typesOf(id)).toEqual([
    'order.placed',
    'order.payment_failed',
    'order.paid',
    'order.printing',
    'order.shipped',
  ]);

  const twice = await pay({ orderId: id });
  expect([twice.status, codeOf(twice)]).toEqual([409, 'ORDER_NOT_PAYABLE']);
  const { id: paymentId, amount } = jsonOf<Payment>(paid);
  expect((await timelineOf(bob, id)).payments.filter(({ status }) => status === 'captured')).toHaveLength(1);
  await (await signedIn('olga')).post(`/v1/payments/${paymentId}/refunds`, { amount });
});

test('a declined order that nobody pays in time is cancelled', async () => {
  const { id } = await declinedOrder(puzzle.id, puzzle.price);
  await query('UPDATE orders."order" SET due_at = now() WHERE id = $1', [id]);
  expect(await waitUntilFinal(bob, id)).toMatchObject({ status: 'cancelled', reason: 'INSUFFICIENT_FUNDS' });
  expect(await typesOf(id)).toEqual(['order.placed', 'order.payment_failed', 'order.cancelled']);
});

describe('what the print lab cannot make', () => {
  const olga = () => signedIn('olga');
  afterAll(async () => setAvailability(await olga(), puzzle.id, true));

  test('is paid back by itself once it was paid, the way it was paid', async () => {
    const { id, total } = await declinedOrder(puzzle.id, puzzle.price);
    const [wallet, [account]] = [await balanceOf(bob), await bankAccount()];
    await setAvailability(await olga(), puzzle.id, false);
    expect((await pay({ orderId: id, method: 'bank' })).status).toBe(201);
    expect(await waitUntilFinal(bob, id)).toMatchObject({ status: 'refunded', reason: 'PRODUCT_UNAVAILABLE' });
    expect((await typesOf(id)).slice(2)).toEqual(['order.paid', 'order.refunding', 'order.refunded']);
    const { payments } = await timelineOf(bob, id);
    const captured = payments.filter(({ status }) => status === 'captured');
    const refunds = [{ status: 'completed', amount: total, refundable: 0 }];
    expect(captured).toMatchObject([{ method: 'bank', amount: total, refunded: total, refunds }]);
    expect([await balanceOf(bob), (await bankAccount())[0]]).toEqual([wallet, account]);
  });

  test('cannot be ordered', async () => {
    await setAvailability(await olga(), puzzle.id, false);
    const lines = [{ imageId, product: puzzle.id, quantity: 1 }];
    const refused = await bob.post('/v1/orders', { lines, payment: 'wallet' });
    expect([refused.status, codeOf(refused)]).toEqual([422, 'PRODUCT_UNAVAILABLE']);
  });
});

const bankAccount = () => query<{ balance: number }>(`SELECT balance FROM bank.account WHERE id = 'bob'`);

interface Graph {
  data: {
    me: {
      id: string;
      balance: number;
      orders: {
        id: string;
        status: string;
        payment: { status: string; amount: number };
        lines: { image: { id: string; status: string } }[];
      }[];
      images: { id: string }[];
      payments: { amount: number }[];
      notifications: { seq: number }[];
    };
  };
}

test('one query of the graph reads all four subgraphs, and they agree with the REST edge', async () => {
  const { id, total } = await placeOrder(bob, imageId, product);
  await waitUntilFinal(bob, id);
  await waitUntilQuiet(bob);
  const query = `{ me { id balance orders(limit: 1) { id status payment { status amount } lines { image { id status } } }
    images(limit: 1) { id } payments(limit: 1) { amount } notifications(limit: 1) { seq } } }`;
  const headers = { ...(await bob.authorization()), 'content-type': 'application/json' };
  const { data } = jsonOf<Graph>(
    await send(system().urls.graphql, { method: 'POST', headers, body: JSON.stringify({ query }) }),
  );
  expect(data.me).toMatchObject({
    id: 'bob',
    balance: await balanceOf(bob),
    orders: [
      {
        id,
        status: 'SHIPPED',
        payment: { status: 'CAPTURED', amount: total },
        lines: [{ image: { id: imageId, status: 'READY' } }],
      },
    ],
    images: [{ id: imageId }],
    payments: [{ amount: total }],
    notifications: [{ seq: expect.any(Number) }],
  });
});
