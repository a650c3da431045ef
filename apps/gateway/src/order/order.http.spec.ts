import { ordersV1, paymentsV1 } from '@halftone/contracts';
import { DomainError, uuidv7 } from '@halftone/kernel';
import { currentCall, remainingMs, type RunningService } from '@halftone/service';
import { bootService, testToken } from '@halftone/testing';
import { gateway } from '../gateway';
import { fakeServices, gatewayEnv, type Stubs } from '../services.fixture';

const stubs: Stubs = {};
let services: RunningService;
let edge: RunningService;
let token: string;

beforeAll(async () => {
  services = await bootService(fakeServices(stubs));
  edge = await bootService(gateway, gatewayEnv(services.grpcUrl));
  token = await testToken('alice');
});
afterAll(async () => {
  await edge.stop();
  await services.stop();
});
beforeEach(() => {
  for (const name of Object.keys(stubs)) delete stubs[name as keyof Stubs];
});

const id = uuidv7();
const imageId = uuidv7();
const order = ordersV1.Order.fromPartial({
  id,
  customer: 'alice',
  status: ordersV1.OrderStatus.PLACED,
  lines: [{ imageId, product: 'print-10x15', quantity: 2, unitPrice: 149 }],
  total: 298,
  currency: 'USD',
  createdAt: new Date('2026-01-01T00:00:00Z'),
  version: 1,
  payment: ordersV1.PaymentMethod.WALLET,
});
const body = { lines: [{ imageId, product: 'print-10x15', quantity: 2 }], payment: 'wallet' };

function send(
  method: string,
  path: string,
  { headers = {}, json }: { headers?: Record<string, string>; json?: unknown } = {},
) {
  const type = json === undefined ? undefined : { 'content-type': 'application/json' };
  return fetch(edge.httpUrl + path, {
    method,
    headers: { authorization: `Bearer ${token}`, ...type, ...headers },
    ...(json !== undefined && { body: JSON.stringify(json) }),
  });
}
const place = (key: string, json: unknown = body) =>
  send('POST', '/v1/orders', { headers: { 'idempotency-key': key }, json });

test('placing an order passes on the key, the caller and the deadline', async () => {
  const seen: unknown[] = [];
  stubs.placeOrder = async (request) => {
    seen.push(request, currentCall()?.principal?.customer, (remainingMs() ?? Infinity) <= 2000);
    return { order, replayed: false };
  };
  const answer = await place('"k 1"'.replace(' ', '-'));
  expect(answer.status).toBe(201);
  expect(answer.headers.get('location')).toBe(`/v1/orders/${id}`);
  expect(answer.headers.get('etag')).toBe('"1"');
  expect(answer.headers.get('idempotent-replayed')).toBeNull();
  expect(await answer.json()).toEqual({
    id,
    status: 'placed',
    lines: [{ imageId, product: 'print-10x15', quantity: 2, unitPrice: 149 }],
    total: 298,
    currency: 'USD',
    payment: 'wallet',
    reason: null,
    version: 1,
    createdAt: '2026-01-01T00:00:00.000Z',
  });
  const request = { lines: body.lines, payment: ordersV1.PaymentMethod.WALLET, idempotencyKey: 'k-1' };
  expect(seen).toEqual([request, 'alice', true]);
});

test('an order can be paid by bank', async () => {
  stubs.placeOrder = async ({ payment }) => ({ order: { ...order, payment }, replayed: false });
  expect(await (await place('bank', { ...body, payment: 'bank' })).json()).toMatchObject({ payment: 'bank' });
});

test('a replay by the service has the bytes and the status of the first answer', async () => {
  let calls = 0;
  stubs.placeOrder = async () => ({ order, replayed: calls++ > 0 });
  const [first, second] = [await place('r'), await place('r')];
  expect([first.status, second.status]).toEqual([201, 201]);
  expect(second.headers.get('idempotent-replayed')).toBe('true');
  expect(second.headers.get('content-type')).toBe(first.headers.get('content-type'));
  expect(await second.text()).toBe(await first.text());
});

test('a service error becomes a problem document with its code and details', async () => {
  stubs.placeOrder = async () => {
    throw new DomainError('PRODUCT_UNKNOWN', 'no product "poster"', [{ path: 'lines.0.product', message: 'unknown' }]);
  };
  const answer = await place('p');
  expect(answer.status).toBe(422);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(await answer.json()).toMatchObject({
    type: 'https://halftone.example/problems/product-unknown',
    code: 'PRODUCT_UNKNOWN',
    status: 422,
    instance: '/v1/orders',
    errors: [{ path: 'lines.0.product', message: 'unknown' }],
  });
});

test.each([
  ['no lines', { lines: [], payment: 'wallet' }, 'lines'],
  ['an unknown field', { ...body, discount: 100 }, 'discount'],
  ['a wrong type', { lines: [{ imageId, product: 'print-10x15', quantity: '2' }] }, 'lines.0.quantity'],
  ['a malformed image id', { lines: [{ imageId: 'x', product: 'print-10x15', quantity: 2 }] }, 'lines.0.imageId'],
  ['an unknown payment method', { ...body, payment: 'cash' }, 'payment'],
  ['not an object', [body], ''],
])('%s is VALIDATION_FAILED with its path', async (_name, json, path) => {
  const answer = await place('v', json);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ path }] });
});

test.each([
  ['without a key', {}, 400, 'IDEMPOTENCY_KEY_MISSING'],
  ['with a malformed key', { 'idempotency-key': 'a b' }, 400, 'IDEMPOTENCY_KEY_MALFORMED'],
  ['without a token', { authorization: '' }, 401, 'UNAUTHENTICATED'],
  ['of another media type', { 'content-type': 'text/plain', 'idempotency-key': 'm' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ['that is a photo', { 'content-type': 'image/png', 'idempotency-key': 'm' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
])('a request %s is refused without a call to a service', async (_name, headers, status, code) => {
  const answer = await send('POST', '/v1/orders', { headers, json: body });
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ code });
});

test('an expired token has its own code', async () => {
  const expired = await testToken('alice', 'customer', -1);
  const answer = await send('GET', '/v1/orders', { headers: { authorization: `Bearer ${expired}` } });
  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toContain('Bearer');
  expect(await answer.json()).toMatchObject({ code: 'TOKEN_EXPIRED' });
});

test('malformed or too large JSON is refused', async () => {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': 'j' };
  const post = (text: string) => fetch(`${edge.httpUrl}/v1/orders`, { method: 'POST', headers, body: text });
  expect(await (await post('{"lines":')).json()).toMatchObject({ status: 400, code: 'MALFORMED_JSON' });
  expect(await (await post(`"${'x'.repeat(2 ** 20)}"`)).json()).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' });
});

test('a list is a page with a link to the next one', async () => {
  stubs.listOrders = async ({ limit = 0, cursor }) => ({
    orders: [{ ...order, total: limit }],
    nextCursor: `${cursor}+`,
  });
  const answer = await send('GET', '/v1/orders?limit=7&cursor=c');
  expect(answer.headers.get('link')).toBe('</v1/orders?cursor=c%2B&limit=7>; rel="next"');
  expect(await answer.json()).toMatchObject({ items: [{ id, total: 7 }], next: 'c+' });
});

test('an unchanged order is 304 without a body', async () => {
  stubs.getOrder = async () => ({ order: { ...order, version: 3, status: ordersV1.OrderStatus.PRINTING } });
  const answer = await send('GET', `/v1/orders/${id}`, { headers: { 'if-none-match': '"3"' } });
  expect([answer.status, await answer.text(), answer.headers.get('etag')]).toEqual([304, '', '"3"']);
  const changed = await send('GET', `/v1/orders/${id}`, { headers: { 'if-none-match': '"2"' } });
  expect(await changed.json()).toMatchObject({ status: 'printing', version: 3 });
});

test('a malformed id is a 404 without a call to a service', async () => {
  const answer = await send('GET', '/v1/orders/not-an-id');
  expect(answer.status).toBe(404);
  expect(await answer.json()).toMatchObject({ code: 'ORDER_NOT_FOUND' });
});

test('the timeline shows each step with its event and trace, and the payments with their refunds', async () => {
  const [eventId, traceId, paymentId] = [uuidv7(), '0af7651916cd43dd8448eb211c80319c', uuidv7()];
  const failed = { status: ordersV1.OrderStatus.PAYMENT_FAILED, reason: 'INSUFFICIENT_FUNDS', traceId: '' };
  const facts = { type: 'order.placed', version: 1, time: order.createdAt, eventId };
  stubs.getOrderTimeline = async () => ({
    entries: [
      { ...facts, status: ordersV1.OrderStatus.PLACED, reason: '', traceId },
      { ...facts, ...failed, type: 'order.payment_failed', version: 2 },
    ],
  });
  const money = { orderId: id, paymentId, amount: 298, currency: 'USD', createdAt: order.createdAt };
  const requests: unknown[] = [];
  stubs.listPayments = async ({ orderId }) => {
    requests.push(orderId);
    return { payments: [paymentsV1.Payment.fromPartial({ ...money, id: paymentId, status: 1 })], nextCursor: '' };
  };
  stubs.listRefunds = async (request) => {
    requests.push(request.paymentIds);
    return { refunds: [paymentsV1.Refund.fromPartial({ ...money, id: eventId, status: 2, amount: 100 })] };
  };
  const answer = await send('GET', `/v1/orders/${id}/timeline`);
  const time = '2026-01-01T00:00:00.000Z';
  expect(await answer.json()).toMatchObject({
    items: [
      { type: 'order.placed', version: 1, time, status: 'placed', reason: null, eventId, traceId },
      { type: 'order.payment_failed', status: 'payment_failed', reason: 'INSUFFICIENT_FUNDS', traceId: null },
    ],
    payments: [{ id: paymentId, status: 'captured', amount: 298, refunds: [{ status: 'completed', amount: 100 }] }],
  });
  expect(requests).toEqual([id, [paymentId]]);
});

test('the refunds of 100 payments take one call', async () => {
  stubs.getOrderTimeline = async () => ({ entries: [] });
  const payments = Array.from({ length: 100 }, () =>
    paymentsV1.Payment.fromPartial({ id: uuidv7(), orderId: id, status: 1, createdAt: order.createdAt }),
  );
  stubs.listPayments = async () => ({ payments, nextCursor: '' });
  let calls = 0;
  stubs.listRefunds = async ({ paymentIds }) => {
    calls += 1;
    const refund = { status: 2, createdAt: order.createdAt };
    return {
      refunds: paymentIds.map((paymentId) => paymentsV1.Refund.fromPartial({ ...refund, id: uuidv7(), paymentId })),
    };
  };
  const answer = await send('GET', `/v1/orders/${id}/timeline`);
  const body = (await answer.json()) as { payments: { id: string; refunds: { paymentId: string }[] }[] };
  expect(calls).toBe(1);
  expect(body.payments.map(({ refunds }) => refunds.map(({ paymentId }) => paymentId))).toEqual(
    payments.map((payment) => [payment.id]),
  );
});

test('an order the caller may not see has no timeline, and its payments are not read', async () => {
  stubs.getOrderTimeline = async () => {
    throw new DomainError('ORDER_NOT_FOUND', 'no such order');
  };
  expect((await send('GET', `/v1/orders/${id}/timeline`)).status).toBe(404);
});
