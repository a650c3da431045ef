import type { Session } from '@halftone/tools/client/session.ts';
import { balanceOf, placeOrder, waitUntilFinal, waitUntilQuiet } from '@halftone/tools/client/shop.ts';
import { jsonOf, send } from '@halftone/tools/client/http.ts';
import { listen, shopping, signedIn, system } from './system';

let bob: Session;
let imageId: string;
let product: string;
let price: number;

beforeAll(async () => {
  bob = await signedIn('bob');
  ({ imageId, product, price } = await shopping(bob));
});

const typesOf = async (id: string): Promise<string[]> =>
  (await bob.get<{ items: { type: string }[] }>(`/v1/orders/${id}/timeline`)).items.map(({ type }) => type);

test('an order is paid from the wallet, printed and shipped', async () => {
  await waitUntilQuiet(bob);
  const before = await balanceOf(bob);
  const { id, total } = await placeOrder(bob, imageId, product, 3);
  expect((await waitUntilFinal(bob, id)).status).toBe('shipped');
  expect([total, before - (await balanceOf(bob))]).toEqual([3 * price, 3 * price]);
  expect(await typesOf(id)).toEqual(['order.placed', 'order.paid', 'order.printing', 'order.shipped']);
});

test('an order that the wallet cannot pay is cancelled, says why, and costs nothing', async () => {
  await waitUntilQuiet(bob);
  const [before, listener] = [await balanceOf(bob), await listen(bob, 'sse')];
  const { id } = await placeOrder(bob, imageId, 'canvas-60x90', 1000);
  const order = await waitUntilFinal(bob, id);
  expect(order).toMatchObject({ status: 'cancelled', reason: expect.stringMatching(/./) });
  expect(await balanceOf(bob)).toBe(before);
  const cancelled = await listener.waitFor(
    'the cancellation',
    (event) => event.type === 'order.cancelled' && event.subject === `orders/${id}`,
  );
  const declined = await listener.waitFor('the refused payment', ({ type }) => type === 'payment.declined');
  expect(declined.seq).toBeLessThan(cancelled.seq + 10);
  expect(await typesOf(id)).toEqual(['order.placed', 'order.cancelled']);
  await listener.close();
});

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
