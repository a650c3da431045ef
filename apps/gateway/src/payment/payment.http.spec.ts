import { paymentsV1 } from '@halftone/contracts';
import { DomainError, uuidv7 } from '@halftone/kernel';
import type { RunningService } from '@halftone/service';
import { bootService, testToken } from '@halftone/testing';
import { gateway } from '../gateway';
import { fakeServices, gatewayEnv, refusal, type Stubs } from '../services.fixture';

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

const [id, orderId] = [uuidv7(), uuidv7()];
const createdAt = new Date('2026-01-01T00:00:00Z');
const money = { customer: 'alice', currency: 'USD', createdAt };
const payment = paymentsV1.Payment.fromPartial({ ...money, id, status: 1, amount: 500, method: 2, refunded: 120 });
const refund = paymentsV1.Refund.fromPartial({
  ...money,
  ...{ id: uuidv7(), paymentId: id, status: 1, amount: 120, refundable: 380 },
});

const call = (method: string, path: string, json?: unknown) =>
  fetch(edge.httpUrl + path, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      'idempotency-key': uuidv7(),
      ...(json !== undefined && { 'content-type': 'application/json' }),
    },
    ...(json !== undefined && { body: JSON.stringify(json) }),
  });

test('a payment is created, listed and found', async () => {
  stubs.createPayment = async () => ({ payment, replayed: false });
  stubs.getPayment = async () => ({ payment });
  stubs.listPayments = async () => ({ payments: [payment], nextCursor: '' });
  const created = await call('POST', '/v1/payments', { amount: 500, currency: 'USD', method: 'bank' });
  expect([created.status, created.headers.get('location')]).toEqual([201, `/v1/payments/${id}`]);
  const view = await created.json();
  expect(view).toMatchObject({ status: 'captured', method: 'bank', amount: 500, refunded: 120, orderId: null });
  expect(await (await call('GET', `/v1/payments/${id}`)).json()).toEqual(view);
  expect(await (await call('GET', '/v1/payments')).json()).toEqual({ items: [view], next: null });
});

test('retrying the payment of an order needs only its id', async () => {
  const requests: paymentsV1.CreatePaymentRequest[] = [];
  stubs.createPayment = async (request) => {
    requests.push(request);
    return { payment: { ...payment, orderId }, replayed: false };
  };
  const created = await call('POST', '/v1/payments', { orderId });
  expect(await created.json()).toMatchObject({ orderId });
  const { WALLET } = paymentsV1.PaymentMethod;
  expect(requests).toMatchObject([{ orderId, amount: 0, currency: '', description: '', method: WALLET }]);
});

test.each([
  ['neither order nor amount', {}, ['amount', 'currency']],
  ['an amount without currency', { amount: 1 }, ['currency']],
  ['an order with another price', { orderId, amount: 1, currency: 'USD' }, ['amount', 'currency']],
  ['a malformed order id', { orderId: '42' }, ['orderId']],
  ['zero', { amount: 0, currency: 'USD' }, ['amount']],
  ['a negative amount', { amount: -1, currency: 'USD' }, ['amount']],
  ['a fraction of a cent', { amount: 0.5, currency: 'USD' }, ['amount']],
  ['an amount above the maximum', { amount: 10 ** 12 + 1, currency: 'USD' }, ['amount']],
  ['an unknown method', { orderId, method: 'cash' }, ['method']],
])('%s is refused with its path without a call to a service', async (_, json, paths) => {
  const answer = await call('POST', '/v1/payments', json);
  expect(answer.status).toBe(400);
  const { code, errors } = (await answer.json()) as { code: string; errors: { path: string }[] };
  expect([code, errors.map(({ path }) => path)]).toEqual(['VALIDATION_FAILED', paths]);
});

test('the order filter applies to every page of payments', async () => {
  const requests: unknown[] = [];
  stubs.listPayments = async (request) => {
    requests.push(request);
    return { payments: [payment], nextCursor: 'next' };
  };
  const answer = await call('GET', `/v1/payments?order=${orderId}&limit=1`);
  expect(requests).toEqual([{ limit: 1, cursor: '', orderId }]);
  expect(answer.headers.get('link')).toBe(`</v1/payments?cursor=next&limit=1&order=${orderId}>; rel="next"`);
  expect(await (await call('GET', '/v1/payments?order=42')).json()).toMatchObject({ errors: [{ path: 'order' }] });
});

test('a refund covers an amount or, without one, the rest of the payment', async () => {
  const requests: paymentsV1.CreateRefundRequest[] = [];
  stubs.createRefund = async (request) => {
    requests.push(request);
    return { refund, replayed: false };
  };
  const answer = await call('POST', `/v1/payments/${id}/refunds`, { amount: 120, reason: 'scratched' });
  await call('POST', `/v1/payments/${id}/refunds`, {});
  expect([answer.status, answer.headers.get('location')]).toEqual([201, `/v1/payments/${id}/refunds`]);
  const view = await answer.json();
  const facts = { paymentId: id, orderId: null, amount: 120, currency: 'USD', refundable: 380 };
  expect(view).toMatchObject({ ...facts, status: 'pending', createdAt: createdAt.toISOString() });
  expect(requests.map(({ paymentId, amount, reason }) => [paymentId, amount, reason])).toEqual([
    [id, 120, 'scratched'],
    [id, 0, ''],
  ]);
  stubs.listRefunds = async () => ({ refunds: [refund] });
  expect(await (await call('GET', `/v1/payments/${id}/refunds`)).json()).toEqual({ items: [view], next: null });
});

test('a refund error of the payments service keeps its code', async () => {
  stubs.createRefund = async () => {
    throw new DomainError('REFUND_EXCEEDS_CAPTURE', 'only 380 are left');
  };
  const answer = await call('POST', `/v1/payments/${id}/refunds`, { amount: 500 });
  expect(await refusal(answer)).toEqual([422, 'REFUND_EXCEEDS_CAPTURE']);
});

test.each([{ amount: 0 }, { amount: -5 }, { amount: 1.5 }, { amount: '5' }])(
  'a refund of %p is refused',
  async (json) => {
    expect(await refusal(await call('POST', `/v1/payments/${id}/refunds`, json))).toEqual([400, 'VALIDATION_FAILED']);
  },
);

test('a malformed payment id is a 404 without a call to a service', async () => {
  expect(await refusal(await call('GET', '/v1/payments/42/refunds'))).toEqual([404, 'PAYMENT_NOT_FOUND']);
  expect(await refusal(await call('POST', '/v1/payments/42/refunds', {}))).toEqual([404, 'PAYMENT_NOT_FOUND']);
});
