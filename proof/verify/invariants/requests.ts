/** Finds the row of each answered request, by the idempotency keys of the services. */
import { imagesV1, ordersV1, paymentsV1 } from '@halftone/contracts';
import type { Rows } from '../rows.ts';
import type { KeyRow } from '../row.ts';

export interface EffectRow {
  id: string;
  customer: string;
  createdAt: Date;
}

interface Route {
  idIn: (response: Buffer) => string;
  effects: (rows: Rows) => readonly EffectRow[];
}

const idBy =
  (codec: { decode(bytes: Uint8Array): { id: string } }) =>
  (response: Buffer): string =>
    codec.decode(response).id;

/** Each transfer as the effect of its sender's request. */
export const transfersAsEffects = ({ transfers }: Rows) =>
  transfers.map((transfer) => ({ ...transfer, customer: transfer.sender }));

export const routes: Readonly<Record<string, Route>> = {
  'payments.CreateTransfer': { idIn: idBy(paymentsV1.Transfer), effects: transfersAsEffects },
  'payments.CreatePayment': { idIn: idBy(paymentsV1.Payment), effects: ({ payments }) => payments },
  'payments.CreateRefund': { idIn: idBy(paymentsV1.Refund), effects: ({ refunds }) => refunds },
  'payments.RequestRefund': {
    idIn: idBy(paymentsV1.RefundRequest),
    effects: ({ refundRequests }) => refundRequests,
  },
  'orders.PlaceOrder': { idIn: idBy(ordersV1.Order), effects: ({ orders }) => orders },
  'images.UploadImage': { idIn: idBy(imagesV1.Image), effects: ({ images }) => images },
};

/** The effect of an operator's answer needs no key: a request is approved once by its state. */
export const approvedRefunds = ({ refundRequests }: Rows): ReadonlySet<string> =>
  new Set(refundRequests.flatMap(({ refundId }) => refundId ?? []));

/** The row a settled key stands for; undefined for one that runs, was refused, or is of a route nobody knows. */
export const idBehind = ({ route, response }: KeyRow): string | undefined =>
  response === null ? undefined : routes[route]?.idIn(response);
