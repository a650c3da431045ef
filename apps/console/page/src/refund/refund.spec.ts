import type { Session } from '../session/session.ts';
import {
  approve,
  isOperator,
  refundablePayments,
  refundRequests,
  refuse,
  requestRefund,
  refundOwn,
  refundActionOf,
} from './refund.ts';

/** A fetch that gives the prepared answers and records the requests. */
function sessionThat(answers: unknown) {
  const requests: unknown[][] = [];
  const request = async (...parameters: unknown[]) => {
    requests.push(parameters);
    return answers;
  };
  return { session: { request } as unknown as Session, requests };
}

test('the gateway decides who is an operator', async () => {
  expect(await isOperator(sessionThat({ role: 'operator' }).session)).toBe(true);
  expect(await isOperator(sessionThat({ role: 'customer' }).session)).toBe(false);
});

test('captured payments that are not fully refunded are refundable', async () => {
  const captured = { id: 'p1', status: 'captured', amount: 10, refunded: 9 };
  const others = [
    { ...captured, id: 'p2', refunded: 10 },
    { ...captured, id: 'p3', status: 'declined', refunded: 0 },
  ];
  const { session } = sessionThat({ items: [captured, ...others] });
  expect((await refundablePayments(session)).map(({ id }) => id)).toEqual(['p1']);
});

test('an operator sees open requests, a customer the own ones', async () => {
  const { session, requests } = sessionThat({ items: [] });
  await refundRequests(session, true);
  await refundRequests(session, false);
  expect(requests).toEqual([
    ['GET', '/v1/refund-requests?status=open&limit=100'],
    ['GET', '/v1/refund-requests?limit=10'],
  ]);
});

test('requests and answers use the right paths', async () => {
  const { session, requests } = sessionThat({});
  const request = { id: 'q1' } as Parameters<typeof approve>[1];
  await requestRefund(session, 'p1', 'blurred');
  await approve(session, request);
  await refuse(session, request, 'it is sharp');
  expect(requests).toEqual([
    ['POST', '/v1/payments/p1/refund-requests', { reason: 'blurred' }],
    ['PUT', '/v1/refund-requests/q1/answer', { answer: 'approve' }],
    ['PUT', '/v1/refund-requests/q1/answer', { answer: 'refuse', reason: 'it is sharp' }],
  ]);
});

test('the owner refunds the rest of a payment without an order', async () => {
  const { session, requests } = sessionThat({});
  await refundOwn(session, 'p1');
  expect(requests).toEqual([['POST', '/v1/payments/p1/refunds', {}]]);
});

test('an operator is requests about an order; nobody is requests twice, nor about what its owner may take back', () => {
  const open = { paymentId: 'p1', status: 'open' } as const;
  const answered = { paymentId: 'p1', status: 'refused' } as const;
  const payment = { id: 'p1', orderId: 'o1' };
  expect(refundActionOf(payment, [])).toBe('request');
  expect(refundActionOf(payment, [answered, { ...open, paymentId: 'p2' }])).toBe('request');
  expect(refundActionOf(payment, [answered, open])).toBe('requested');
  expect(refundActionOf({ ...payment, orderId: null }, [answered])).toBe('refund');
  expect(refundActionOf({ ...payment, orderId: null }, [open])).toBe('requested');
});
