import { isPolite, type Member } from './rtc';

/** A member of this process: one connection in one room. */
export interface Seat {
  readonly member: Member;
  /** Signals sent so far to each other peer. */
  readonly sent: Map<string, number>;
  tell(message: RoomMessage): void;
}

export interface Signal {
  description?: Record<string, unknown> | undefined;
  candidate?: Record<string, unknown> | null | undefined;
}

export interface PeerNews {
  type: 'rtc.peer';
  room: string;
  peer: string;
  customer: string;
  present: boolean;
  polite: boolean;
}

export interface SignalNews extends Signal {
  type: 'rtc.signal';
  room: string;
  peer: string;
  seq: number;
}

export type RoomMessage = PeerNews | SignalNews;

/** How often in a row a member may be missing from the list before it is gone: who has just come back may not have put itself again. */
const missesAllowed = 1;

/**
 * One room as this process knows it: the seats of its own connections, and all members. News comes in any order and more than once;
 * what has been told to the seats before is not told again.
 */
export class RtcRoom {
  readonly seats = new Map<string, Seat>();
  private readonly members = new Map<string, { member: Member; missed: number }>();

  constructor(readonly name: string) {}

  has(peer: string): boolean {
    return this.members.has(peer);
  }

  /** All but one. */
  othersThan(peer: string): Member[] {
    return [...this.members.values()].map(({ member }) => member).filter((member) => member.peer !== peer);
  }

  /** Also tells of a peer that is known but came back at another connection: its signals count from 1 again. */
  came(member: Member): void {
    const known = this.members.get(member.peer);
    this.members.set(member.peer, { member, missed: 0 });
    if (known?.member.at !== member.at) this.tellOf(member, true);
  }

  /** Nothing happens when the peer has come back at another connection meanwhile. */
  went({ peer, at }: Pick<Member, 'peer' | 'at'>): void {
    const known = this.members.get(peer);
    if (known?.member.at !== at) return;
    this.members.delete(peer);
    for (const seat of this.seats.values()) seat.sent.delete(peer);
    this.tellOf(known.member, false);
  }

  /** Takes over what the list says, for news that never arrived. */
  reconcile(listed: ReadonlyMap<string, Member>): void {
    for (const member of listed.values()) if (!this.seats.has(member.peer)) this.came(member);
    for (const known of [...this.members.values()]) {
      if (listed.has(known.member.peer) || this.seats.has(known.member.peer)) known.missed = 0;
      else if (known.missed < missesAllowed) known.missed += 1;
      else this.went(known.member);
    }
  }

  private tellOf({ peer, customer }: Member, present: boolean): void {
    for (const seat of this.seats.values()) {
      const { member } = seat;
      if (member.peer === peer) continue;
      seat.tell({ type: 'rtc.peer', room: this.name, peer, customer, present, polite: isPolite(member.peer, peer) });
    }
  }
}
