/** Every public address of the shop that one request can judge: what is asked, and what the answer must be like. */
import { check } from 'k6';
import { urls } from '../settings.ts';
import { asJson, bearer, type Customer } from './customer.ts';
import type { Method } from './order.ts';
import { send, type Reply, type Request } from './request.ts';

interface Edge {
  path: string;
  status: number;
  /** Of the body; true by default. */
  holds?: (body: never) => boolean;
}

type Items = { items: unknown[] };

/** Reads of a customer who has a photo and an order. */
export const reads = ({ id, imageId }: Customer, orderId: string): Edge[] => [
  { path: '/v1/me', status: 200, holds: (body: { customer: string }) => body.customer === id },
  { path: '/v1/accounts/me', status: 200, holds: (body: { balance: number }) => body.balance >= 0 },
  { path: '/v1/products', status: 200, holds: ({ items }: Items) => items.length > 0 },
  { path: '/v1/images?limit=5', status: 200, holds: ({ items }: Items) => items.length > 0 },
  { path: `/v1/images/${imageId}`, status: 200 },
  { path: `/v1/images/${imageId}/status`, status: 200, holds: (body: { status: string }) => body.status === 'ready' },
  { path: '/v1/orders?limit=5', status: 200, holds: ({ items }: Items) => items.length > 0 },
  { path: `/v1/orders/${orderId}`, status: 200, holds: (body: { id: string }) => body.id === orderId },
  { path: `/v1/orders/${orderId}/timeline`, status: 200, holds: ({ items }: Items) => items.length > 0 },
  { path: '/v1/payments?limit=5', status: 200, holds: ({ items }: Items) => Array.isArray(items) },
  { path: `/v1/payments?order=${orderId}`, status: 200, holds: ({ items }: Items) => Array.isArray(items) },
  { path: '/v1/notifications?limit=5', status: 200, holds: ({ items }: Items) => items.length > 0 },
  { path: '/v1/orders/00000000-0000-7000-8000-000000000000', status: 404 },
];

const nameOf = (path: string): string => path.replace(/\?.*/, '').replace(/[0-9a-f-]{36}/, 'ID');

export function get(customer: Customer, path: string, more: Partial<Request> = {}): Reply {
  const headers = { ...bearer(customer), ...more.headers };
  return send(urls.gateway + path, { name: `GET ${nameOf(path)}`, ...more, headers });
}

export function post(customer: Customer, path: string, json: object): Reply {
  const body = JSON.stringify(json);
  const name = `POST ${nameOf(path)}`;
  return send(urls.gateway + path, { name, method: 'POST', headers: asJson(customer), body, key: crypto.randomUUID() });
}

export function checkReads(customer: Customer, orderId: string): void {
  for (const { path, status, holds = () => true } of reads(customer, orderId)) {
    check(get(customer, path), {
      [`GET ${nameOf(path)} is ${status}`]: (reply) => reply.status === status && holds(reply.json() as never),
    });
  }
}

/** Requests that need more than a look: a redirect, a condition, bytes, a wrong password. */
export function checkOddReads(customer: Customer, orderId: string): void {
  const seen = get(customer, `/v1/orders/${orderId}`);
  const etag = seen.headers['Etag'] ?? '';
  const again = get(customer, `/v1/orders/${orderId}`, { headers: { 'if-none-match': etag } });
  // The order may move between the two: then it is another version.
  check(again, { 'an unchanged order is 304': ({ status, headers }) => status === 304 || headers['Etag'] !== etag });
  const thumbnail = get(customer, `/v1/images/${customer.imageId}/renditions/thumbnail`);
  check(thumbnail, {
    'a thumbnail is a picture': ({ status, headers }) =>
      status === 200 && /^image\//.test(headers['Content-Type'] ?? ''),
  });
  check(get(customer, '/v1/events'), { 'the gateway sends on to realtime': ({ status }) => status === 307 });
  // Of nobody: after a few wrong passwords of a customer the right one is refused as well.
  const guess = JSON.stringify({ customer: `nobody-${orderId}`, password: 'guess' });
  const refused = send(`${urls.gateway}/v1/tokens`, {
    name: 'wrong-password',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: guess,
  });
  check(refused, { 'a wrong password is 401': ({ status }) => status === 401 });
}

const cent = { amount: 1, currency: 'USD' };

/** One cent there and back. */
export function checkMoney(customer: Customer, other: Customer): void {
  check(post(customer, '/v1/transfers', { to: other.id, ...cent }), {
    'a cent is sent': ({ status }) => status === 201,
  });
  check(post(other, '/v1/transfers', { to: customer.id, ...cent }), {
    'a cent comes back': ({ status }) => status === 201,
  });
}

/** Two cents to the shop, and one of them back. */
export function checkPayment(customer: Customer, method: Method): void {
  const paid = post(customer, '/v1/payments', { ...cent, amount: 2, description: 'load test', method });
  if (!check(paid, { [`two cents are paid by ${method}`]: ({ status }) => status === 201 })) return;
  const refunds = `/v1/payments/${(paid.json() as { id: string }).id}/refunds`;
  check(post(customer, refunds, { amount: 1 }), {
    [`a cent paid by ${method} is refunded`]: ({ status }) => status === 201,
  });
  check(get(customer, refunds), {
    [`a refund by ${method} is listed`]: (reply) => (reply.json() as Items).items.length === 1,
  });
}

export function checkHealth(): void {
  for (const base of [urls.gateway, urls.graphql.replace(/\/graphql$/, ''), ...urls.realtime]) {
    check(send(`${base}/healthz/ready`, { name: 'GET /healthz/ready' }), {
      'an edge is ready': ({ status }) => status === 200,
    });
  }
}
