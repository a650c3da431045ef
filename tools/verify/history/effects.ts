/** The rows that are effects of what clients can ask for, each with what tells it from others of its kind. */
import type { Effect, Operation } from '../../history/history.ts';
import { idBehind } from '../invariants/requests.ts';
import type { Rows } from '../row.ts';

export interface DoneEffect {
  f: Effect;
  id: string;
  customer: string;
  createdAt: Date;
  /** What the request must have said: two requests that say the same cannot be told apart by what they did. */
  content: string;
  /** Done for the saga, so nobody need have asked. */
  unasked: boolean;
}

export const routeOf: Readonly<Record<Effect, string>> = {
  transfer: 'payments.CreateTransfer',
  payment: 'payments.CreatePayment',
  refund: 'payments.CreateRefund',
  order: 'orders.PlaceOrder',
  image: 'images.UploadImage',
};

const contentOf: Readonly<Record<Effect, (value: Record<string, unknown>) => string>> = {
  transfer: ({ to, amount }) => `${amount} to ${to}`,
  payment: ({ orderId, amount, method }) => (orderId ? `order ${orderId}` : `${amount} by ${method ?? 'wallet'}`),
  // What is left out means all that is left, which only the answer tells.
  refund: ({ paymentId }) => `of ${paymentId}`,
  order: ({ payment }) => `by ${payment ?? 'wallet'}`,
  image: () => 'photo',
};

export const contentAsked = ({ f, value }: Operation): string => contentOf[f](value);

const moved = ({ status }: { status: string }): boolean => status !== 'declined' && status !== 'failed';

export function effectsIn(rows: Rows): DoneEffect[] {
  const refunding = new Set(rows.orderEvents.filter(({ type }) => type === 'order.refunding').map((e) => e.orderId));
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
      .map((row) => effect('refund', { ...row, unasked: refunding.has(row.orderId ?? '') }, { ...row })),
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
