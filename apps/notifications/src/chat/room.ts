import { DomainError } from '@halftone/kernel';

/** Who wants to enter. */
export interface Visitor {
  customer: string;
  role: 'customer' | 'operator';
}

/** Where a customer and the operators talk: about anything (`support:NAME`), or about one order (`order:ID`). */
export type Room =
  { kind: 'support'; name: string; customer: string } | { kind: 'order'; name: string; subject: string };

const support = /^support:([\w.-]{1,64})$/;
const order = /^order:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** Throws ROOM_NOT_FOUND for a name that is none. */
export function roomOf(name: string): Room {
  const customer = support.exec(name)?.[1];
  if (customer) return { kind: 'support', name, customer };
  const orderId = order.exec(name)?.[1];
  if (orderId) return { kind: 'order', name, subject: `orders/${orderId}` };
  throw noRoom(name);
}

/**
 * Throws FORBIDDEN for another customer's support room, and ROOM_NOT_FOUND for an order that is not one's own, so that nobody learns which
 * orders exist. `isTold` says whether the caller was ever told about a subject. Operators may enter everywhere.
 */
export function assertMayEnter(room: Room, { customer, role }: Visitor, isTold: boolean): void {
  if (role === 'operator') return;
  switch (room.kind) {
    case 'support':
      if (room.customer !== customer) throw new DomainError('FORBIDDEN', 'This room is for another customer');
      return;
    case 'order':
      if (!isTold) throw noRoom(room.name);
      return;
    default:
      return room satisfies never;
  }
}

const noRoom = (name: string) => new DomainError('ROOM_NOT_FOUND', `There is no room ${name}`);
