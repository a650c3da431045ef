/** The rules of a call: which rooms there are, who may enter, what a peer is called and who gives way. */

/** One that is in a room. `at` names the time it came: a peer that comes back is the same peer at another one. */
export interface Member {
  peer: string;
  customer: string;
  at: string;
}

interface Caller {
  customer: string;
  role: string;
}

export type Entry = 'allowed' | 'forbidden' | 'unknown';

/** `call:ID` is for whoever is signed in and knows the ID; `support:NAME` for NAME and for operators. */
export function entryOf(room: string, { customer, role }: Caller): Entry {
  if (room.startsWith('call:')) return 'allowed';
  if (!room.startsWith('support:')) return 'unknown';
  return role === 'operator' || room === `support:${customer}` ? 'allowed' : 'forbidden';
}

const separator = '.';

/**
 * What a peer is called: the mark of its customer, then a name of its own. So nobody can come back as somebody else's peer, whatever
 * name is asked for. The mark has no separator in it. A name that was handed out before is taken as it is.
 */
export function peerIdOf(mark: string, name: string): string {
  const own = mark + separator;
  return own + (name.startsWith(own) ? name.slice(own.length) : name);
}

/**
 * Whether `self` gives way when it and `other` offer at once (perfect negotiation, https://www.w3.org/TR/webrtc/#perfect-negotiation-example).
 * Of each pair exactly one does, and it stays the same one when either comes back.
 */
export const isPolite = (self: string, other: string): boolean => self < other;

/** How the list keeps a member. Customers may have spaces in their names. */
export const textOf = ({ at, peer, customer }: Member): string => `${at} ${peer} ${customer}`;

export function memberOf(text: string): Member {
  const [at = '', peer = '', ...customer] = text.split(' ');
  return { at, peer, customer: customer.join(' ') };
}

/** Tells the newest connection of each peer from those it left behind; `members` has the one that was put last at the end. */
export function newestOf(members: readonly Member[]): Map<string, Member> {
  return new Map(members.map((member) => [member.peer, member]));
}
