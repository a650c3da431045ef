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
let operator: string;

beforeAll(async () => {
  services = await bootService(fakeServices(stubs));
  edge = await bootService(gateway, gatewayEnv(services.grpcUrl));
  [token, operator] = [await testToken('alice'), await testToken('olga', 'operator')];
});
afterAll(async () => {
  await edge.stop();
  await services.stop();
});
beforeEach(() => {
  for (const name of Object.keys(stubs)) delete stubs[name as keyof Stubs];
});

const [id, paymentId] = [uuidv7(), uuidv7()];
const createdAt = new Date('2026-01-01T00:00:00Z');
const { OPEN, REFUSED } = paymentsV1.RefundRequestStatus;
const facts = { id, paymentId, customer: 'alice', currency: 'USD', reason: 'blurred', createdAt };
const open = paymentsV1.RefundRequest.fromPartial({ ...facts, status: OPEN, amount: 120 });

const call = (method: string, path: string, json?: unknown) =>
  fetch(edge.httpUrl + path, {
    method,
    headers: {
      // Only operators may answer.
      authorization: `Bearer ${method === 'PUT' ? operator : token}`,
      'idempotency-key': uuidv7(),
      ...(json !== undefined && { 'content-type': 'application/json' }),
    },
    ...(json !== undefined && { body: JSON.stringify(json) }),
  });

test('a refund request needs a reason and covers an amount or the rest', async () => {
  const received: paymentsV1.RequestRefundRequest[] = [];
  stubs.requestRefund = async (request) => {
    received.push(request);
    return { refundRequest: open, replayed: false };
  };
  const answer = await call('POST', `/v1/payments/${paymentId}/refund-requests`, { amount: 120, reason: ' blurred ' });
  await call('POST', `/v1/payments/${paymentId}/refund-requests`, { reason: 'blurred' });
  expect([answer.status, answer.headers.get('location')]).toEqual([201, `/v1/payments/${paymentId}/refund-requests`]);
  expect(received.map(({ amount, reason }) => [amount, reason])).toEqual([
    [120, 'blurred'],
    [0, 'blurred'],
  ]);
  expect(await answer.json()).toEqual({
    ...{ id, paymentId, orderId: null, customer: 'alice', status: 'open', amount: 120, currency: 'USD' },
    ...{ reason: 'blurred', answer: null, refundId: null, createdAt: createdAt.toISOString(), answeredAt: null },
  });
});

test('requests are listed by status or payment, page by page', async () => {
  const received: unknown[] = [];
  stubs.listRefundRequests = async (request) => {
    received.push(request);
    return { refundRequests: [open], nextCursor: 'next' };
  };
  const answer = await call('GET', '/v1/refund-requests?status=open&limit=1');
  expect(answer.headers.get('link')).toBe('</v1/refund-requests?cursor=next&limit=1&status=open>; rel="next"');
  await call('GET', `/v1/payments/${paymentId}/refund-requests`);
  expect(received).toEqual([
    { limit: 1, cursor: '', status: OPEN, paymentId: '' },
    { limit: 20, cursor: '', status: 0, paymentId },
  ]);
  expect(await refusal(await call('GET', '/v1/refund-requests?status=lost'))).toEqual([400, 'VALIDATION_FAILED']);
});

test('an answer is an approval, or a refusal with a reason', async () => {
  stubs.approveRefund = async () => {
    throw new DomainError('REFUND_REQUEST_CLOSED', 'it is refused');
  };
  stubs.refuseRefund = async ({ reason }) => ({
    refundRequest: { ...open, status: REFUSED, answer: reason, answeredAt: createdAt },
  });
  const path = `/v1/refund-requests/${id}/answer`;
  expect(await refusal(await call('PUT', path, { answer: 'approve' }))).toEqual([409, 'REFUND_REQUEST_CLOSED']);
  const refused = await call('PUT', path, { answer: 'refuse', reason: 'it is sharp' });
  expect(await refused.json()).toMatchObject({
    status: 'refused',
    answer: 'it is sharp',
    answeredAt: createdAt.toISOString(),
  });
});

test.each([
  ['POST', `/v1/payments/${paymentId}/refund-requests`, {}, 400, 'VALIDATION_FAILED'],
  ['POST', `/v1/payments/${paymentId}/refund-requests`, { reason: '  ' }, 400, 'VALIDATION_FAILED'],
  ['POST', `/v1/payments/${paymentId}/refund-requests`, { reason: 'x', amount: 0 }, 400, 'VALIDATION_FAILED'],
  ['POST', '/v1/payments/42/refund-requests', { reason: 'x' }, 404, 'PAYMENT_NOT_FOUND'],
  ['PUT', `/v1/refund-requests/${id}/answer`, {}, 400, 'VALIDATION_FAILED'],
  ['PUT', `/v1/refund-requests/${id}/answer`, { answer: 'refuse' }, 400, 'VALIDATION_FAILED'],
  ['PUT', `/v1/refund-requests/${id}/answer`, { answer: 'approve', reason: 'x' }, 400, 'VALIDATION_FAILED'],
  ['PUT', '/v1/refund-requests/42/answer', { answer: 'approve' }, 404, 'REFUND_REQUEST_NOT_FOUND'],
])('%s %s with %p is refused without a call to a service', async (method, path, json, status, code) => {
  expect(await refusal(await call(method, path, json))).toEqual([status, code]);
});
