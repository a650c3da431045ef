/** The gateway's REST calls for refunds. They go through the session, which keeps the token valid. */
import type { Session } from '../session/session.ts';

export interface Payment {
  id: string;
  status: string;
  amount: number;
  refunded: number;
  currency: string;
  /** Null for a payment without an order, such as a gift card or tip. */
  orderId: string | null;
  description: string;
  createdAt: string;
}

export interface RefundRequest {
  id: string;
  paymentId: string;
  orderId: string | null;
  customer: string;
  status: 'open' | 'approved' | 'refused';
  /** Null means the rest of the payment. */
  amount: number | null;
  currency: string;
  reason: string;
  answer: string | null;
  createdAt: string;
}

interface Page<Item> {
  items: Item[];
}

const pageSize = 10;

export const isOperator = async (session: Session): Promise<boolean> =>
  (await session.request<{ role: string }>('GET', '/v1/me')).role === 'operator';

/** The refundable ones of the ten newest payments. */
export async function refundablePayments(session: Session): Promise<Payment[]> {
  const { items } = await session.request<Page<Payment>>('GET', `/v1/payments?limit=${pageSize}`);
  return items.filter(({ status, amount, refunded }) => status === 'captured' && refunded < amount);
}

/** All open requests for an operator, the own ones for a customer. */
export async function refundRequests(session: Session, operator: boolean): Promise<RefundRequest[]> {
  const query = operator ? 'status=open&limit=100' : `limit=${pageSize}`;
  return (await session.request<Page<RefundRequest>>('GET', `/v1/refund-requests?${query}`)).items;
}

export const requestRefund = (session: Session, paymentId: string, reason: string): Promise<RefundRequest> =>
  session.request('POST', `/v1/payments/${paymentId}/refund-requests`, { reason });

export const approve = (session: Session, { id }: RefundRequest): Promise<RefundRequest> =>
  session.request('PUT', `/v1/refund-requests/${id}/answer`, { answer: 'approve' });

export const refuse = (session: Session, { id }: RefundRequest, reason: string): Promise<RefundRequest> =>
  session.request('PUT', `/v1/refund-requests/${id}/answer`, { answer: 'refuse', reason });

/** Refunds the rest of a payment without an order; its owner needs no approval. */
export const refundOwn = (session: Session, paymentId: string): Promise<unknown> =>
  session.request('POST', `/v1/payments/${paymentId}/refunds`, {});

/** How the owner gets a refund; `requested` while a request is open. */
export function refundActionOf(
  { id, orderId }: Pick<Payment, 'id' | 'orderId'>,
  requests: readonly Pick<RefundRequest, 'paymentId' | 'status'>[],
): 'request' | 'requested' | 'refund' {
  if (requests.some(({ paymentId, status }) => paymentId === id && status === 'open')) return 'requested';
  return orderId === null ? 'refund' : 'request';
}
