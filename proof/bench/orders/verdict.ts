/** Whether a run counts. Pure. */
import type { HeardEvent, Placed } from './shop.ts';

/** Of each order: placed, paid, printing, shipped, and the payment. */
export const eventsPerOrder = 5;

export const isShipped = ({ type }: HeardEvent): boolean => type === 'order.shipped';

/** True when each order is shipped and each of its notifications has arrived. */
export const isComplete = (orders: number, heard: readonly HeardEvent[]): boolean =>
  heard.length >= orders * eventsPerOrder && heard.filter(isShipped).length >= orders;

/** What is wrong; an empty list means that the run counts. */
export function problemsOf(
  placed: readonly Placed[],
  heard: readonly HeardEvent[],
  checks: readonly string[],
): string[] {
  const byOrder = Map.groupBy(heard, ({ order }) => order);
  const eventsOf = ({ id }: Placed) => byOrder.get(id) ?? [];
  const notShipped = placed.filter((order) => !eventsOf(order).some(isShipped));
  const wrongCount = placed.filter((order) => eventsOf(order).length !== eventsPerOrder);
  return [
    ...(notShipped.length > 0 ? [`${notShipped.length} of ${placed.length} orders were not shipped`] : []),
    ...(wrongCount.length > 0 ? [`${wrongCount.length} orders have not exactly ${eventsPerOrder} notifications`] : []),
    ...checks,
  ];
}
