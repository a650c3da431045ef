/** The customer's channel at rest: what the live one is held against when a listener ends. */
import { urls } from '../settings.ts';
import { bearer, type Customer } from '../shop/customer.ts';
import { send } from '../shop/request.ts';

export function lastSeqOf(customer: Customer): number {
  const reply = send(`${urls.gateway}/v1/notifications?limit=1`, { name: 'notifications', headers: bearer(customer) });
  if (reply.status !== 200) throw new Error(`notifications: ${reply.status} ${reply.body}`);
  return (reply.json() as { items: { seq: number }[] }).items[0]?.seq ?? 0;
}

/** The end of the channel: what a listener begins with that wants everything from now on. */
export function currentCursor(customer: Customer): string {
  const headers = { ...bearer(customer), accept: 'application/json' };
  const reply = send(`${urls.realtime[0]}/v1/events`, { name: 'short-poll', headers });
  if (reply.status !== 200) throw new Error(`short poll: ${reply.status} ${reply.body}`);
  return (reply.json() as { cursor: string }).cursor;
}

/** The time, at the end, in which a listener must receive the events that are written. */
export const settleMs = 10_000;
