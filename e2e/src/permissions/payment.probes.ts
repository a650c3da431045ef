import { ordersV1, paymentsV1 } from '@halftone/contracts';
import { jsonOf } from '@halftone/proof/harness/clients/http.ts';
import { demoPassword } from '@halftone/tools/shop/settings.ts';
import { waitUntilSettled } from '@halftone/proof/harness/clients/shop.ts';
import { graph, grpc, rest } from './ask';
import type { Cell } from './page';
import { isGrpc, isRest, key, type Probe, restAt, simply } from './probe';
import { declinedOrder, gift, paymentOf, refundRequest, type Things, withOrderThatIs } from './things';
const payment = ({ paymentId: id }: Things) => ({ id });

const signIn: Probe = ({ who }, endpoint) => {
  const customer = { customer: 'bob', password: demoPassword() };
  if (isRest(endpoint)) return restAt(who, endpoint, {}, customer);
  return grpc(who, endpoint, paymentsV1.SignInRequest.fromPartial(customer));
};

interface Tokens {
  refreshToken: string;
}

const freshTokens = async (): Promise<Tokens> =>
  jsonOf<Tokens>(await rest('anonymous', 'POST', '/v1/tokens', { customer: 'bob', password: demoPassword() }));

const rotate: Probe = async ({ who }, endpoint) => {
  const { refreshToken } = await freshTokens();
  if (isRest(endpoint)) return restAt(who, endpoint, {}, { refreshToken });
  return grpc(who, endpoint, paymentsV1.RotateRefreshTokenRequest.fromPartial(namedIn(refreshToken)));
};

/** The gateway reads these from the token: payments is asked by family and generation. */
const namedIn = (refreshToken: string): { family: string; generation: number } =>
  JSON.parse(Buffer.from(refreshToken.split('.')[1] ?? '', 'base64url').toString()) as never;

const revoke: Probe = async ({ who }, endpoint) => {
  const { refreshToken } = await freshTokens();
  if (isRest(endpoint)) return restAt(who, endpoint, {}, { refreshToken });
  return grpc(who, endpoint, paymentsV1.RevokeTokenFamilyRequest.fromPartial(namedIn(refreshToken)));
};

const createPayment: Probe = async ({ who, state }, endpoint, things) => {
  const isGift = state === 'no order';
  const failed = state === 'an order whose payment failed';
  const orderId = isGift ? '' : failed ? await declinedOrder(things) : things.orderId;
  const money = isGift ? { amount: 1, currency: 'USD' } : { orderId };
  const outcome = isRest(endpoint)
    ? await restAt(who, endpoint, {}, { ...money, method: 'bank' })
    : await grpc(
        who,
        endpoint,
        paymentsV1.CreatePaymentRequest.fromPartial({ ...money, method: 2, idempotencyKey: key() }),
      );
  if (failed && outcome === 'ok') await giveBack(orderId, things);
  return outcome;
};

/** So that a test takes no more of alice's bank account than it has to. */
async function giveBack(orderId: string, things: Things): Promise<void> {
  await waitUntilSettled(things.alice, orderId);
  await rest('operator', 'POST', `/v1/payments/${await paymentOf(things, orderId)}/refunds`, {});
}

const createRefund: Probe = async (cell, endpoint, things) => {
  const { who, state } = cell;
  if (who === 'saga') return refundOfSaga(things);
  if (state === 'of no order') return refund(cell, endpoint, { id: await gift(things), amount: 1 });
  if (state !== 'of an order that can be cancelled') {
    const amount = state === 'part of an order' || who === 'operator' ? 1 : 0;
    return refund(cell, endpoint, { id: things.paymentId, amount });
  }
  let outcome = '';
  await withOrderThatIs('paid', things, async (orderId) => {
    outcome = await refund(cell, endpoint, { id: await paymentOf(things, orderId), amount: 0 });
  });
  return outcome;
};

function refund({ who }: Cell, endpoint: string, { id, amount }: { id: string; amount: number }): Promise<string> {
  if (isRest(endpoint)) return restAt(who, endpoint, { id }, amount ? { amount } : {});
  const request = { paymentId: id, amount, idempotencyKey: key() };
  return grpc(who, endpoint, paymentsV1.CreateRefundRequest.fromPartial(request));
}

/** An order that is cancelled without its money being asked for. */
async function refundOfSaga(things: Things): Promise<string> {
  let paymentId = '';
  await withOrderThatIs('paid', things, async (orderId) => {
    paymentId = await paymentOf(things, orderId);
    const cancel = 'gRPC halftone.orders.v1.OrdersService/CancelOrder';
    await grpc('owner', cancel, ordersV1.CancelOrderRequest.fromPartial({ orderId }));
  });
  const { items } = await things.alice.get<{ items: { by: string }[] }>(`/v1/payments/${paymentId}/refunds`);
  return items.map(({ by }) => by).join() === 'saga' ? 'ok' : JSON.stringify(items);
}

const requestRefund: Probe = async ({ who, state }, endpoint, things) => {
  const id = state === 'declined' ? await paymentOf(things, await declinedOrder(things)) : await gift(things);
  if (state === 'asked for already')
    await rest('owner', 'POST', `/v1/payments/${id}/refund-requests`, { reason: 'the first' });
  if (state === 'given back') await rest('owner', 'POST', `/v1/payments/${id}/refunds`, {});
  if (isRest(endpoint)) return restAt(who, endpoint, { id }, { reason: 'a test' });
  const request = { paymentId: id, reason: 'a test', idempotencyKey: key() };
  return grpc(who, endpoint, paymentsV1.RequestRefundRequest.fromPartial(request));
};

const answerRequest =
  (answer: 'approve' | 'refuse'): Probe =>
  async ({ who, state }, endpoint, things) => {
    const id = await refundRequest(state, things);
    const why = answer === 'refuse' ? { reason: 'a test' } : {};
    if (isRest(endpoint)) return restAt(who, endpoint, { id }, { answer, ...why });
    if (isGrpc(endpoint)) {
      const codec = answer === 'approve' ? paymentsV1.ApproveRefundRequest : paymentsV1.RefuseRefundRequest;
      return grpc(who, endpoint, codec.fromPartial({ refundRequestId: id, ...why }));
    }
    const field = answer === 'approve' ? 'approveRefund(id: $id)' : 'refuseRefund(id: $id, reason: "a test")';
    return graph(who, `mutation ($id: ID!) { ${field} { id } }`, { id });
  };

export const paymentProbes: Readonly<Record<string, Probe>> = {
  'payments.VerifyPassword': simply({ request: () => ({ customer: 'bob', password: demoPassword() }) }),
  'payments.SignIn': signIn,
  'payments.RotateRefreshToken': rotate,
  'payments.RevokeTokenFamily': revoke,
  'payments.GetAccount': simply({ request: () => ({}), query: '{ me { id } }' }),
  'payments.CreatePayment': createPayment,
  'payments.GetPayment': simply({ request: payment, names: payment }),
  'payments.ListPayments': simply({ request: () => ({ limit: 1, cursor: '', orderId: '' }) }),
  'payments.CreateTransfer': simply({
    request: () => ({ to: 'bob', amount: 1, currency: 'USD', idempotencyKey: key() }),
    body: () => ({ to: 'bob', amount: 1, currency: 'USD' }),
  }),
  'payments.CreateRefund': createRefund,
  'payments.ListRefunds': simply({ request: ({ paymentId }) => ({ paymentId, paymentIds: [] }), names: payment }),
  'payments.RequestRefund': requestRefund,
  'payments.ListRefundRequests': simply({
    request: () => ({ limit: 1, cursor: '', status: 0, paymentId: '' }),
    names: payment,
    query: '{ refundRequests(limit: 1) { id } }',
  }),
  'payments.ApproveRefund': answerRequest('approve'),
  'payments.RefuseRefund': answerRequest('refuse'),
};
