/**
 * Finds wrong operations of a history, from the rows alone: those that were acknowledged and have no effect, and those that have more than
 * one, or one although they were refused. Pure.
 *
 * An acknowledged operation has the effect its answer names. An effect that is left over belongs to the customer's last operation of that kind
 * that had begun by then: a customer sends one request after the other.
 */
import type { Effect, Operation } from '../harness/workload/history.ts';
import type { Rows } from '../verify/rows.ts';
import type { WrongOperations } from './report.ts';

interface EffectRow {
  id: string;
  customer: string;
  createdAt: Date;
}

/** Clocks of client and database may differ by this. */
const marginMs = 50;

/** Without the effects of the saga, and without declined payments: no request asked for them. */
export function effectsIn({ transfers, payments, refunds, orders, images }: Rows): Record<Effect, EffectRow[]> {
  const direct = payments.filter(({ orderId }) => orderId === null);
  return {
    transfer: transfers.map(({ id, sender, createdAt }) => ({ id, customer: sender, createdAt })),
    payment: direct.filter(({ status }) => status !== 'declined'),
    refund: refunds.filter(({ paymentId }) => direct.some(({ id }) => id === paymentId)),
    order: orders,
    image: images,
  };
}

export function wrongIn(
  operations: readonly Operation[],
  effects: Record<Effect, readonly EffectRow[]>,
): WrongOperations {
  const lost = new Set<string>();
  const duplicated = new Set<string>();
  for (const [f, rows] of Object.entries(effects) as [Effect, readonly EffectRow[]][]) {
    const ofKind = operations.filter((one) => one.f === f);
    const known = new Set(rows.map(({ id }) => id));
    const acknowledged = ofKind.filter(({ type }) => type === 'ok');
    for (const one of acknowledged) if (!isDeclined(one) && !known.has(idIn(one) ?? '')) lost.add(one.key);
    const claimed = new Set(acknowledged.map(idIn));
    const taken = new Set<string>();
    for (const row of rows.filter(({ id }) => !claimed.has(id))) {
      const origin = originOf(row, ofKind);
      if (!origin) continue;
      if (origin.type === 'unknown' && !taken.has(origin.key)) taken.add(origin.key);
      else duplicated.add(origin.key);
    }
  }
  return { lost, duplicated };
}

/** Undefined for what was there before the history began, and what other customers did. */
const originOf = ({ customer, createdAt }: EffectRow, operations: readonly Operation[]): Operation | undefined =>
  operations
    .filter((one) => one.customer === customer && one.invokedAt <= createdAt.getTime() + marginMs)
    .toSorted((a, b) => a.invokedAt - b.invokedAt)
    .at(-1);

function answerOf({ body }: Operation): { id?: string; status?: string } {
  try {
    return JSON.parse(body ?? '') as { id?: string; status?: string };
  } catch {
    // No answer, or one of a proxy: it names no effect.
    return {};
  }
}

const idIn = (operation: Operation): string | undefined => answerOf(operation).id;
const isDeclined = (operation: Operation): boolean => answerOf(operation).status === 'declined';
