/** Makes the resources of the commands: all are alice's, in the state that a cell names. */
import { randomUUID } from 'node:crypto';
import type { ImageStatus, Order, Payment } from '@halftone/proof/harness/clients/api.ts';
import { jsonOf } from '@halftone/proof/harness/clients/http.ts';
import { eventually } from '@halftone/tools/os/waiting.ts';
import { expecting, type Session } from '@halftone/proof/harness/clients/session.ts';
import {
  balanceOf,
  photo,
  placeOrder,
  timelineOf,
  waitUntilFinal,
  waitUntilOrderIs,
  waitUntilSettled,
} from '@halftone/proof/harness/clients/shop.ts';
import { query, shopping, signedIn } from '../system';

export interface Things {
  alice: Session;
  olga: Session;
  imageId: string;
  product: string;
  /** Shipped, and its payment. */
  orderId: string;
  paymentId: string;
}

export async function makeThings(): Promise<Things> {
  const [alice, olga] = [await signedIn('alice'), await signedIn('olga')];
  const { imageId, product } = await shopping(alice);
  const things = { alice, olga, imageId, product, orderId: '', paymentId: '' };
  const orderId = await shippedOrder(things);
  return { ...things, orderId, paymentId: await paymentOf(things, orderId) };
}

async function shippedOrder({ alice, imageId, product }: Things): Promise<string> {
  const { id } = await placeOrder(alice, imageId, product);
  await waitUntilFinal(alice, id);
  return id;
}

export const paymentOf = ({ alice }: Things, orderId: string): Promise<string> =>
  eventually('the payment', async () => (await timelineOf(alice, orderId)).payments.at(-1)?.id);

/** For no order. */
export async function gift({ alice }: Things): Promise<string> {
  const body = { amount: 100, currency: 'USD', description: 'a gift card' };
  return jsonOf<Payment>(expecting('a gift', await alice.post('/v1/payments', body), 201)).id;
}

/** Of more than the wallet holds. */
export async function declinedOrder({ alice, imageId }: Things): Promise<string> {
  const { items } = await alice.get<{ items: { id: string; price: number }[] }>('/v1/products');
  const { id: product, price } = items.toSorted((a, b) => b.price - a.price)[0] ?? { id: '', price: 1 };
  const quantity = Math.floor((await balanceOf(alice)) / price) + 1;
  const { id } = await placeOrder(alice, imageId, product, quantity);
  expect(await waitUntilSettled(alice, id)).toMatchObject({ status: 'payment_failed' });
  return id;
}

const next: Readonly<Record<string, string>> = {
  placed: 'order.paid',
  paid: 'order.printing',
  printing: 'order.shipped',
  refunding: 'order.refunded',
};

/**
 * An order of alice in this state, for as long as the work lasts: what would take it further fails, as if its row could not be had, and is
 * tried again afterwards.
 */
export async function withOrderThatIs(
  status: string,
  things: Things,
  work: (id: string) => Promise<void>,
): Promise<void> {
  const { alice, imageId, product } = things;
  if (status === 'payment_failed') return work(await declinedOrder(things));
  if (status === 'shipped') return work(things.orderId);
  const held = next[status];
  if (!held) return work(await givenUp(status, things));
  await hold(held, status === 'refunding' ? ['order.printing'] : []);
  try {
    const { id } = await placeOrder(alice, imageId, product);
    if (status === 'refunding') await cancelPaid(id, things);
    await waitUntilOrderIs(alice, id, status as Order['status']);
    await work(id);
    await release();
    await waitUntilFinal(alice, id, 60_000);
  } finally {
    await release();
  }
}

async function givenUp(status: string, things: Things): Promise<string> {
  if (status === 'cancelled') {
    const id = await declinedOrder(things);
    await query(`UPDATE orders."order" SET due_at = now() WHERE id = $1`, [id]);
    await waitUntilOrderIs(things.alice, id, 'cancelled');
    return id;
  }
  let refunded = '';
  await withOrderThatIs('paid', things, async (id) => {
    await cancelPaid(id, things);
    refunded = id;
  });
  return refunded;
}

/** By its owner, with the money. */
async function cancelPaid(id: string, things: Things): Promise<void> {
  await waitUntilOrderIs(things.alice, id, 'paid');
  const paymentId = await paymentOf(things, id);
  const key = randomUUID();
  expecting('a cancellation', await things.alice.post(`/v1/payments/${paymentId}/refunds`, {}, { key }), 201);
}

async function hold(type: string, more: readonly string[]): Promise<void> {
  const types = [type, ...more].map((one) => `'${one}'`).join(', ');
  await query(`CREATE OR REPLACE FUNCTION orders.test_hold() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'held by a test' USING ERRCODE = 'lock_not_available'; END $$`);
  await query(`CREATE TRIGGER test_hold BEFORE INSERT ON orders.order_event FOR EACH ROW
    WHEN (NEW.type IN (${types})) EXECUTE FUNCTION orders.test_hold()`);
}

const release = () => query('DROP FUNCTION IF EXISTS orders.test_hold() CASCADE');

export async function cancelledPhoto({ alice }: Things): Promise<string> {
  return eventually('a photo cancelled in time', async () => {
    const { bytes, contentType } = await photo('coffee.png');
    const { id } = jsonOf<{ id: string }>(expecting('upload', await alice.upload(bytes, contentType), 202));
    await alice.call(`/v1/images/${id}/job`, { method: 'DELETE' });
    const { status } = await alice.get<{ status: ImageStatus['status'] | 'cancelled' }>(`/v1/images/${id}/status`);
    return status === 'cancelled' ? id : undefined;
  });
}

/** Of a gift, in this state. */
export async function refundRequest(state: string, things: Things): Promise<string> {
  const asked = await things.alice.post(`/v1/payments/${await gift(things)}/refund-requests`, { reason: 'a test' });
  const { id } = jsonOf<{ id: string }>(expecting('a request', asked, 201));
  const answers: Record<string, object> = {
    approved: { answer: 'approve' },
    refused: { answer: 'refuse', reason: 'a test' },
  };
  const answer = answers[state];
  if (!answer) return id;
  const headers = { 'content-type': 'application/json' };
  const request = { method: 'PUT', headers, body: JSON.stringify(answer) } as const;
  expecting('an answer', await things.olga.call(`/v1/refund-requests/${id}/answer`, request), 200);
  return id;
}
