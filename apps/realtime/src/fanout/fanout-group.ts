import type { EncodedEvent, Format, Outgoing } from '../feed/encoded-event';
import { joinBytes } from './outbound';
import type { CatchUp } from './catch-up';
import type { EventLoopTurn } from './event-loop-turn';

/** A subscription at the live tail of one channel. */
export interface GroupMember {
  readonly channel: string;
  /** Its position; while it shares bytes, the shared position. */
  catchUp: CatchUp;
  /** The format in which it takes all events as shared bytes; undefined if it needs the events one by one. */
  readonly shares: Format | undefined;
  onEvent(event: EncodedEvent): void;
  onEphemeral(event: Outgoing): void;
  /** Whole frames for all sharing members. False if not taken; then it gets the events one by one. */
  onSharedBytes(bytes: Buffer): boolean;
}

/**
 * The live subscriptions of one channel. Members at the same position that want all events share bytes: at the end of a turn
 * they get one buffer per format, so an event costs the same for any number of them. Other members, and new ones, get the events
 * one by one until they reach the shared position.
 */
export class FanoutGroup {
  private readonly individual = new Set<GroupMember>();
  private readonly sharing = new Map<Format, Set<GroupMember>>();
  /** The position of the sharing members after the collected events. */
  private sharedPosition: CatchUp | undefined;
  /** Their position before the collected events. */
  private sentPosition: CatchUp | undefined;
  private collected: EncodedEvent[] = [];
  private bytes = 0;
  private isPending = false;

  constructor(private readonly turn: EventLoopTurn) {}

  get isEmpty(): boolean {
    return this.individual.size === 0 && this.sharing.size === 0;
  }

  add(member: GroupMember): void {
    this.individual.add(member);
    this.scheduleFlush();
  }

  remove(member: GroupMember): void {
    if (!this.individual.delete(member)) this.stopSharing(member);
  }

  /** From now on the member gets the events one by one. */
  leaveGroup(member: GroupMember): void {
    if (this.stopSharing(member)) this.individual.add(member);
  }

  publish(event: EncodedEvent): void {
    this.scheduleFlush();
    for (const member of this.individual) member.onEvent(event);
    if (!this.sharedPosition) return;
    const verdict = this.sharedPosition.verdictOn(event);
    if (verdict === 'seen') return;
    if (verdict === 'gap') return this.dissolve(event);
    this.sharedPosition.accept(event);
    this.collected.push(event);
    this.bytes += event.bytes;
    if (this.bytes >= joinBytes) this.flushCollected();
  }

  publishEphemeral(event: Outgoing): void {
    for (const member of this.individual) member.onEphemeral(event);
    for (const members of this.sharing.values()) for (const member of members) member.onEphemeral(event);
  }

  /** Called at the end of the turn. */
  flush(): void {
    this.isPending = false;
    this.flushCollected();
    for (const member of this.individual) this.tryToJoin(member);
  }

  private scheduleFlush(): void {
    if (this.isPending) return;
    this.isPending = true;
    this.turn.addChannel(this);
  }

  private flushCollected(): void {
    const { collected, sentPosition } = this;
    this.collected = [];
    this.bytes = 0;
    this.sentPosition = this.sharedPosition?.copy();
    if (collected.length === 0 || !sentPosition) return;
    for (const [format, members] of this.sharing) {
      const bytes = joined(collected, format);
      this.turn.delivered(collected.length * members.size);
      for (const member of members)
        if (!member.onSharedBytes(bytes)) this.separate(member, members, sentPosition, collected);
    }
  }

  /** Moves a member out of the shared ones, to their position before these events, and gives it the events one by one. */
  private separate(member: GroupMember, members: Set<GroupMember>, at: CatchUp, events: readonly EncodedEvent[]): void {
    members.delete(member);
    this.individual.add(member);
    member.catchUp = at.copy();
    for (const event of events) member.onEvent(event);
  }

  private stopSharing(member: GroupMember): boolean {
    for (const [format, members] of this.sharing) {
      if (!members.has(member)) continue;
      // Sends the collected events first, so that it has all events up to its position.
      this.flushCollected();
      members.delete(member);
      if (member.catchUp === this.sharedPosition) member.catchUp = this.sharedPosition.copy();
      if (members.size === 0) this.sharing.delete(format);
      if (this.sharing.size === 0) this.clear();
      return true;
    }
    return false;
  }

  private tryToJoin(member: GroupMember): void {
    const format = member.shares;
    if (!format) return;
    this.sharedPosition ??= member.catchUp.copy();
    this.sentPosition ??= this.sharedPosition.copy();
    if (!member.catchUp.hasSamePositionAs(this.sharedPosition)) return;
    this.individual.delete(member);
    member.catchUp = this.sharedPosition;
    const members = this.sharing.get(format);
    if (members) members.add(member);
    else this.sharing.set(format, new Set([member]));
  }

  /** Some events are lost to all sharing members: each sends its own reset, with its own name of the channel. */
  private dissolve(event: EncodedEvent): void {
    this.flushCollected();
    const { sharedPosition } = this;
    const all = [...this.sharing.values()].flatMap((members) => [...members]);
    this.sharing.clear();
    this.clear();
    for (const member of all) {
      if (sharedPosition) member.catchUp = sharedPosition.copy();
      this.individual.add(member);
      member.onEvent(event);
    }
  }

  private clear(): void {
    this.sharedPosition = undefined;
    this.sentPosition = undefined;
    this.collected = [];
    this.bytes = 0;
  }
}

const joined = (events: readonly EncodedEvent[], format: Format): Buffer => {
  const frames = events.map((event) => event.frame(format));
  const [only] = frames;
  return only && frames.length === 1 ? only : Buffer.concat(frames);
};
