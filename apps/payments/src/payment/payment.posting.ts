import { planted } from '@halftone/service';
import { purseOf, REVENUE } from '../account/account';
import { move, type Posting } from '../ledger/ledger';
import type { Refund } from '../refund/refund';
import type { Charge } from './payment';

/** The money of a payment. An order is captured once when it is placed; every later try is a payment in its own right. */
export const captureOf = (charge: Charge, reference: string = `payment:${charge.id}`): Posting => ({
  kind: 'payment',
  reference,
  entries: move(planted('payment.taken-twice') ? charge.amount * 2 : charge.amount, purseOf(charge), REVENUE),
});

export const refundOf = (charge: Charge, { id, amount }: Refund): Posting => ({
  kind: 'refund',
  reference: `refund:${id}`,
  entries: move(amount, REVENUE, purseOf(charge)),
});
