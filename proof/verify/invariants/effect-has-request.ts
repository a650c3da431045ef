import { each, type Finding, type Invariant } from '../invariant.ts';
import type { Rows } from '../rows.ts';
import { approvedRefunds, idBehind, transfersAsEffects, type EffectRow } from './requests.ts';

const dayMs = 24 * 3600 * 1000;
/** Whoever deletes keys may be early by the clocks' difference. */
const marginMs = 60_000;

/** Keys of requests after this are still there. */
function keysKeptSince({ keys, clock }: Rows): number {
  const lives = keys.map(({ createdAt, expiresAt }) => expiresAt.getTime() - createdAt.getTime());
  const shortest = lives.reduce((a, b) => Math.min(a, b), dayMs);
  return (clock[0]?.now.getTime() ?? 0) - shortest + marginMs;
}

/**
 * The saga's own effects need no key: the payment of an order, and its refund once the order is refunding. Neither does the refund
 * that an operator approved: it is the answer of a refund request, which has one.
 */
function asked(rows: Rows): [kind: string, effect: EffectRow][] {
  const refunding = new Set(rows.orderEvents.filter(({ type }) => type === 'order.refunding').map((e) => e.orderId));
  const approved = approvedRefunds(rows);
  const keyed = rows.refunds.filter(({ id }) => !approved.has(id));
  const refunds = keyed.filter(({ orderId }) => orderId === null || !refunding.has(orderId));
  const payments = rows.payments.filter(({ orderId, status }) => orderId === null && status === 'captured');
  const tag = (kind: string, effects: readonly EffectRow[]) => effects.map((e): [string, EffectRow] => [kind, e]);
  return [
    ...tag('transfer', transfersAsEffects(rows)),
    ...tag('payment', payments),
    ...tag('refund', refunds),
    ...tag('refund request', rows.refundRequests),
    ...tag('order', rows.orders),
    ...tag('image', rows.images),
  ];
}

function judgeEffects(rows: Rows): Finding {
  const answered = new Set(rows.keys.map(idBehind));
  const since = keysKeptSince(rows);
  const young = asked(rows).filter(([, { createdAt }]) => createdAt.getTime() >= since);
  return each(young, ([kind, effect]) => (answered.has(effect.id) ? undefined : { kind, effect, request: null }));
}

export const effectHasRequest: Invariant = {
  name: 'effect-has-request',
  says: 'Each effect belongs to one key, as long as keys are kept: each transfer, order, photo and refund request, and each payment and refund that neither the saga nor an approval made.',
  reads: ['keys', 'clock', 'transfers', 'payments', 'refunds', 'refundRequests', 'orders', 'orderEvents', 'images'],
  shows: 'kind, effect, request',
  // A payment or refund that the bank answers late is there before its key is settled.
  settles: true,
  judge: ({ rows }) => judgeEffects(rows),
};
