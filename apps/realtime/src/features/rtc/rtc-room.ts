import { isPolite, type Member } from './rtc';

/** A member at this process: one connection in one room. */
export interface Participant {
  readonly member: Member;
  /** The number of signals sent to each other peer. */
  readonly sent: Map<string, number>;
  send(message: RoomMessage): void;
}

export interface Signal {
  description?: Record<string, unknown> | undefined;
  candidate?: Record<string, unknown> | null | undefined;
}

export interface PeerMessage {
  type: 'rtc.peer';
  room: string;
  peer: string;
  customer: string;
  present: boolean;
  polite: boolean;
}

interface SignalMessage extends Signal {
  type: 'rtc.signal';
  room: string;
  peer: string;
  seq: number;
}

export type RoomMessage = PeerMessage | SignalMessage;

/** How often in a row a member may be missing from the roster: after a reconnect it may not be listed yet. */
const missesAllowed = 1;

/**
 * One call room in this process: its own participants, and the members at all replicas. Changes may arrive in any order and repeatedly;
 * each participant gets a change once.
 */
export class RtcRoom {
  readonly participants = new Map<string, Participant>();
  private readonly members = new Map<string, { member: Member; missed: number }>();

  constructor(readonly name: string) {}

  has(peer: string): boolean {
    return this.members.has(peer);
  }

  /** All members except one. */
  othersThan(peer: string): Member[] {
    return [...this.members.values()].map(({ member }) => member).filter((member) => member.peer !== peer);
  }

  /** Also announces a known peer with a new connection, because its signals count from 1 again. */
  joined(member: Member): void {
    const known = this.members.get(member.peer);
    this.members.set(member.peer, { member, missed: 0 });
    if (known?.member.at !== member.at) this.announce(member, true);
  }

  /** Does nothing if the peer has another connection by now. */
  left({ peer, at }: Pick<Member, 'peer' | 'at'>): void {
    const known = this.members.get(peer);
    if (known?.member.at !== at) return;
    this.members.delete(peer);
    for (const participant of this.participants.values()) participant.sent.delete(peer);
    this.announce(known.member, false);
  }

  /** Applies the roster, for changes that never arrived. */
  reconcile(listed: ReadonlyMap<string, Member>): void {
    for (const member of listed.values()) if (!this.participants.has(member.peer)) this.joined(member);
    for (const known of [...this.members.values()]) {
      if (listed.has(known.member.peer) || this.participants.has(known.member.peer)) known.missed = 0;
      else if (known.missed < missesAllowed) known.missed += 1;
      else this.left(known.member);
    }
  }

  private announce({ peer, customer }: Member, present: boolean): void {
    for (const participant of this.participants.values()) {
      const { member } = participant;
      if (member.peer === peer) continue;
      participant.send({
        type: 'rtc.peer',
        room: this.name,
        peer,
        customer,
        present,
        polite: isPolite(member.peer, peer),
      });
    }
  }
}
