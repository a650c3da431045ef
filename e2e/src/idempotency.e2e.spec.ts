import { randomUUID } from 'node:crypto';
import { orderOf, type Order, type Page } from '@halftone/proof/harness/clients/api.ts';
import { codeOf, jsonOf } from '@halftone/proof/harness/clients/http.ts';
import { eventually } from '@halftone/tools/os/waiting.ts';
import type { Session } from '@halftone/proof/harness/clients/session.ts';
import { balanceOf, photo, waitUntilFinal, waitUntilQuiet } from '@halftone/proof/harness/clients/shop.ts';
import { query, shopping, signedIn, whileLocked } from './system';

let bob: Session;
let imageId: string;
let product: string;

beforeAll(async () => {
  bob = await signedIn('bob');
  ({ imageId, product } = await shopping(bob));
});

const ordersInDatabase = async (key: string): Promise<number> => {
  const rows = await query<{ n: number }>(
    'SELECT count(*) AS n FROM orders.idempotency WHERE customer = $1 AND key = $2',
    ['bob', key],
  );
  return rows[0]?.n ?? 0;
};

test('a replay is the same bytes with the same status and says so', async () => {
  const key = randomUUID();
  const body = orderOf(imageId, product);
  const first = await bob.post('/v1/orders', body, { key });
  const again = await bob.post('/v1/orders', body, { key });
  expect([first.status, again.status]).toEqual([201, 201]);
  expect(again.bytes.equals(first.bytes)).toBe(true);
  expect(first.headers.get('idempotent-replayed')).not.toBe('true');
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(again.headers.get('location')).toBe(first.headers.get('location'));
  await waitUntilFinal(bob, jsonOf<Order>(first).id);
});

test('a replay is the same bytes also when the order has moved on', async () => {
  const key = randomUUID();
  const first = await bob.post('/v1/orders', orderOf(imageId, product), { key });
  await waitUntilFinal(bob, jsonOf<Order>(first).id);
  const again = await bob.post('/v1/orders', orderOf(imageId, product), { key });
  expect(again.text).toBe(first.text);
});

test('the same key with another body is refused, and the first answer stays', async () => {
  const key = randomUUID();
  const first = await bob.post('/v1/orders', orderOf(imageId, product), { key });
  const other = await bob.post('/v1/orders', orderOf(imageId, product, 2), { key });
  expect({ status: other.status, code: codeOf(other) }).toEqual({ status: 422, code: 'IDEMPOTENCY_KEY_REUSED' });
  const again = await bob.post('/v1/orders', orderOf(imageId, product), { key });
  expect(again.text).toBe(first.text);
});

test('the same body written in another way is the same request', async () => {
  const key = randomUUID();
  const { lines, payment } = orderOf(imageId, product);
  const first = await bob.post('/v1/orders', { lines, payment }, { key });
  const again = await bob.post('/v1/orders', { payment, lines }, { key });
  expect(again.text).toBe(first.text);
});

test('of many at the same moment one takes effect and all get its answer', async () => {
  const key = randomUUID();
  const replies = await Promise.all(
    Array.from({ length: 8 }, () => bob.post('/v1/orders', orderOf(imageId, product), { key })),
  );
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([201]));
  expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
  expect(await ordersInDatabase(key)).toBe(1);
  const { id } = jsonOf<Order>(replies[0] ?? { text: '{}' });
  const { items } = await bob.get<Page<Order>>('/v1/orders?limit=10');
  expect(items.filter((order) => order.id === id)).toHaveLength(1);
});

test('a repeated request gets 409 with a time to retry while the first still runs, then the answer of the first', async () => {
  await waitUntilQuiet(bob);
  const key = randomUUID();
  const wallet = "SELECT FROM payments.account WHERE customer = 'bob' FOR UPDATE";
  const [running, early] = await whileLocked(wallet, [], async (waiting) => {
    const running = tryTransfer(key);
    await eventually('the first to wait for the wallet', async () => (await waiting()) > 0 || undefined);
    return [running, await tryTransfer(key)] as const;
  });
  expect({ status: early.status, code: codeOf(early) }).toEqual({ status: 409, code: 'IDEMPOTENCY_IN_FLIGHT' });
  expect(Number(early.headers.get('retry-after'))).toBeGreaterThan(0);
  const first = await running;
  const again = await bob.post('/v1/transfers', transferTo('alice'), { key });
  expect([first.status, again.status, again.text]).toEqual([201, 201, first.text]);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
});

const tryTransfer = (key: string) =>
  bob.try('/v1/transfers', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify(transferTo('alice')),
  });

test("keys are each customer's own", async () => {
  const [alice, key] = [await signedIn('alice'), randomUUID()];
  const [mine, theirs] = await Promise.all([
    alice.post('/v1/transfers', transferTo('bob'), { key }),
    bob.post('/v1/transfers', transferTo('alice'), { key }),
  ]);
  expect([mine.status, theirs.status]).toEqual([201, 201]);
  expect(jsonOf<{ id: string }>(mine).id).not.toBe(jsonOf<{ id: string }>(theirs).id);
});

const transferTo = (to: string) => ({ to, amount: 100, currency: 'USD' });

test('a refused request is not stored: the key can be used for a right one', async () => {
  const key = randomUUID();
  const wrong = await bob.post('/v1/transfers', { ...transferTo('alice'), amount: -1 }, { key });
  const right = await bob.post('/v1/transfers', transferTo('alice'), { key });
  expect([wrong.status, right.status]).toEqual([400, 201]);
});

test('money moves once however often the request is sent', async () => {
  await waitUntilQuiet(bob);
  const [key, before] = [randomUUID(), await balanceOf(bob)];
  await Promise.all(Array.from({ length: 5 }, () => bob.post('/v1/transfers', transferTo('alice'), { key })));
  expect(before - (await balanceOf(bob))).toBe(100);
});

test('a payment of its own is once per key too', async () => {
  const key = randomUUID();
  const body = { amount: 5, currency: 'USD', description: 'a tip' };
  const [first, again] = [await bob.post('/v1/payments', body, { key }), await bob.post('/v1/payments', body, { key })];
  expect([first.status, again.text]).toEqual([201, first.text]);
});

test('a photo sent twice with one key is one photo; another photo with that key is refused', async () => {
  const key = randomUUID();
  const [rocket, cat] = [await photo('rocket.jpg'), await photo('chelsea.png')];
  const first = await bob.upload(rocket.bytes, rocket.contentType, { key });
  const again = await bob.upload(rocket.bytes, rocket.contentType, { key });
  const other = await bob.upload(cat.bytes, cat.contentType, { key });
  expect([first.status, again.status, other.status]).toEqual([202, 202, 422]);
  expect(jsonOf<{ id: string }>(again).id).toBe(jsonOf<{ id: string }>(first).id);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(codeOf(other)).toBe('IDEMPOTENCY_KEY_REUSED');
});
