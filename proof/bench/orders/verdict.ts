/** Decides whether a run counts. Pure. */
import type { ReceivedEvent, Placed } from './shop.ts';

/** Of each order: placed, paid, printing, shipped, and the payment. */
export const eventsPerOrder = 5;

export const isShipped = ({ type }: ReceivedEvent): boolean => type === 'order.shipped';

/** True when each order is shipped and each of its notifications has arrived. */
export const isComplete = (orders: number, received: readonly ReceivedEvent[]): boolean =>
  received.length >= orders * eventsPerOrder && received.filter(isShipped).length >= orders;

/** What is wrong; an empty list means that the run counts. */
export function problemsOf(
  placed: readonly Placed[],
  received: readonly ReceivedEvent[],
  checks: readonly string[],
): string[] {
  const byOrder = Map.groupBy(received, ({ order }) => order);
  const eventsOf = ({ id }: Placed) => byOrder.get(id) ?? [];
  const notShipped = placed.filter((order) => !eventsOf(order).some(isShipped));
  const wrongCount = placed.filter((order) => eventsOf(order).length !== eventsPerOrder);
  return [
    ...(notShipped.length > 0 ? [`${notShipped.length} of ${placed.length} orders were not shipped`] : []),
    ...(wrongCount.length > 0 ? [`${wrongCount.length} orders have not exactly ${eventsPerOrder} notifications`] : []),
    ...checks,
  ];
}
