/** The rules of calls: the rooms, who may enter, the peer ids and which peer gives way. */

import { permitOf } from '@halftone/kernel';

/** A peer in a room. `at` identifies its connection: a peer that returns has another one. */
export interface Member {
  peer: string;
  customer: string;
  at: string;
}

interface Entrant {
  customer: string;
  role: string;
}

export type Entry = 'allowed' | 'forbidden' | 'unknown';

/** `call:ID` is open to signed-in users who know the ID; `support:NAME` is for NAME and operators. */
export function entryOf(room: string, { customer, role }: Entrant): Entry {
  if (room.startsWith('call:')) return 'allowed';
  if (!room.startsWith('support:')) return 'unknown';
  const caller = role === 'operator' ? 'operator' : room === `support:${customer}` ? 'owner' : 'other';
  return permitOf('realtime.JoinCall', caller, 'support') === 'ok' ? 'allowed' : 'forbidden';
}

const separator = '.';

/**
 * A peer id: the mark of its customer, then a name. So no client can return as another customer's peer. The mark contains
 * no separator. A peer id that was assigned before stays the same.
 */
export function peerIdOf(mark: string, name: string): string {
  const own = mark + separator;
  return own + (name.startsWith(own) ? name.slice(own.length) : name);
}

/**
 * Whether `self` gives way when both send an offer at the same time (perfect negotiation, https://www.w3.org/TR/webrtc/#perfect-negotiation-example).
 * Exactly one of each pair does, and it stays the same after a reconnect.
 */
export const isPolite = (self: string, other: string): boolean => self < other;

/** The roster entry of a member. Customer names may contain spaces. */
export const textOf = ({ at, peer, customer }: Member): string => `${at} ${peer} ${customer}`;

export function memberOf(text: string): Member {
  const [at = '', peer = '', ...customer] = text.split(' ');
  return { at, peer, customer: customer.join(' ') };
}

/** The newest connection of each peer; `members` must be in the order in which they were added. */
export function newestOf(members: readonly Member[]): Map<string, Member> {
  return new Map(members.map((member) => [member.peer, member]));
}
