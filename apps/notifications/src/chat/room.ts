import { assertPermitted, DomainError, parseId } from '@halftone/kernel';

/** The identity of a caller. */
export interface Identity {
  customer: string;
  role: 'customer' | 'operator';
}

/** A chat room for a customer and the operators: general (`support:NAME`) or about one order (`order:ID`). */
export type Room =
  { kind: 'support'; name: string; customer: string } | { kind: 'order'; name: string; subject: string };

const support = /^support:([\w.-]{1,64})$/;
const order = /^order:(.+)$/;

/** Throws ROOM_NOT_FOUND for an invalid name. */
export function roomOf(name: string): Room {
  const customer = support.exec(name)?.[1];
  if (customer) return { kind: 'support', name, customer };
  const orderId = parseId(order.exec(name)?.[1] ?? '');
  if (orderId) return { kind: 'order', name: `order:${orderId}`, subject: `orders/${orderId}` };
  throw noRoom(name);
}

/**
 * Throws FORBIDDEN for another customer's support room. Throws ROOM_NOT_FOUND for another customer's order, so that nobody
 * learns which orders exist. `isNotified` says whether the caller has a notification about the order. Operators may enter
 * every room.
 */
export function assertMayEnter(room: Room, { customer, role }: Identity, isNotified: boolean): void {
  const isOwn = room.kind === 'support' ? room.customer === customer : isNotified;
  const caller = role === 'operator' ? 'operator' : isOwn ? 'owner' : 'other';
  const why = room.kind === 'support' ? 'This room belongs to another customer' : `There is no room ${room.name}`;
  assertPermitted('notifications.Chat', { caller, state: room.kind }, why);
}

const noRoom = (name: string) => new DomainError('ROOM_NOT_FOUND', `There is no room ${name}`);
