/** The rows that are effects of client requests, each with the content that identifies it. */
import type { Effect, Operation } from '../../harness/workload/history.ts';
import { approvedRefunds, idBehind } from '../invariants/requests.ts';
import type { Rows } from '../row.ts';

export interface DoneEffect {
  f: Effect;
  id: string;
  customer: string;
  createdAt: Date;
  /** The content of the request. Effects of equal requests cannot be distinguished. */
  content: string;
  /** Done by the saga or by an operator's answer, so no request with a key has to exist. */
  unasked: boolean;
}

const routeOf: Readonly<Record<Effect, string>> = {
  transfer: 'payments.CreateTransfer',
  payment: 'payments.CreatePayment',
  refund: 'payments.CreateRefund',
  order: 'orders.PlaceOrder',
  image: 'images.UploadImage',
};

const contentOf: Readonly<Record<Effect, (value: Record<string, unknown>) => string>> = {
  transfer: ({ to, amount }) => `${amount} to ${to}`,
  payment: ({ orderId, amount, method }) => (orderId ? `order ${orderId}` : `${amount} by ${method ?? 'wallet'}`),
  // A missing amount means the rest, which only the answer names.
  refund: ({ paymentId }) => `of ${paymentId}`,
  order: ({ payment }) => `by ${payment ?? 'wallet'}`,
  image: () => 'photo',
};

export const contentAsked = ({ f, value }: Operation): string => contentOf[f](value);

const moved = ({ status }: { status: string }): boolean => status !== 'declined' && status !== 'failed';

export function effectsIn(rows: Rows): DoneEffect[] {
  const refunding = new Set(rows.orderEvents.filter(({ type }) => type === 'order.refunding').map((e) => e.orderId));
  const approved = approvedRefunds(rows);
  const effect = (f: Effect, row: Omit<DoneEffect, 'f' | 'content'>, value: Record<string, unknown>): DoneEffect => ({
    f,
    id: row.id,
    customer: row.customer,
    createdAt: row.createdAt,
    unasked: row.unasked,
    content: contentOf[f](value),
  });
  return [
    ...rows.transfers.map((row) =>
      effect('transfer', { ...row, customer: row.sender, unasked: false }, { to: row.recipient, amount: row.amount }),
    ),
    ...rows.payments
      .filter(moved)
      .map((row) => effect('payment', { ...row, unasked: row.orderId !== null }, { ...row })),
    ...rows.refunds
      .filter(moved)
      .map((row) =>
        effect('refund', { ...row, unasked: approved.has(row.id) || refunding.has(row.orderId ?? '') }, { ...row }),
      ),
    ...rows.orders.map((row) => effect('order', { ...row, unasked: false }, { payment: row.payment })),
    ...rows.images.map((row) => effect('image', { ...row, unasked: false }, {})),
  ];
}

/** The effect that the services themselves remember for a key: `customer route key` → id. */
export function rememberedIn({ keys }: Rows): Map<string, string> {
  const known = keys.flatMap((row): [string, string][] => {
    const id = idBehind(row);
    return id === undefined ? [] : [[`${row.customer} ${row.route} ${row.key}`, id]];
  });
  return new Map(known);
}

export const keyOf = ({ customer, f, key }: Operation): string => `${customer} ${routeOf[f]} ${key}`;
