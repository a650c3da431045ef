import type { EncodedEvent, Format, Outgoing } from './encoded-event';
import { joinBytes } from './outbound';
import type { Splice } from './splice';
import type { Turn } from './turn';

/** Somebody who stands at the live tail of one channel. */
export interface Follower {
  readonly channel: string;
  /** Where it stands; while it shares, where all who share stand. */
  splice: Splice;
  /** Takes all of the channel in this format, as bytes that others take too; undefined: takes event by event. */
  readonly shares: Format | undefined;
  onEvent(event: EncodedEvent): void;
  onPassing(event: Outgoing): void;
  /** Whole frames that all who share are given. False: not taken; it will be given the events one by one. */
  onShared(bytes: Buffer): boolean;
}

/**
 * Those who follow one channel live. Who stands at the same place and wants all of it shares: an event costs the same however many they
 * are, and at the end of the turn they are given one piece of bytes per format. Everybody else, and who has just come, is given events
 * one by one, until it stands where those who share stand.
 */
export class Audience {
  private readonly apart = new Set<Follower>();
  private readonly sharing = new Map<Format, Set<Follower>>();
  /** Where all who share stand, with what is collected. */
  private common: Splice | undefined;
  /** Where they stood before it. */
  private told: Splice | undefined;
  private collected: EncodedEvent[] = [];
  private bytes = 0;
  private isPending = false;

  constructor(private readonly turn: Turn) {}

  get isEmpty(): boolean {
    return this.apart.size === 0 && this.sharing.size === 0;
  }

  add(follower: Follower): void {
    this.apart.add(follower);
    this.await();
  }

  remove(follower: Follower): void {
    if (!this.apart.delete(follower)) this.stopSharing(follower);
  }

  /** It takes event by event from now on. */
  setApart(follower: Follower): void {
    if (this.stopSharing(follower)) this.apart.add(follower);
  }

  publish(event: EncodedEvent): void {
    this.await();
    for (const follower of this.apart) follower.onEvent(event);
    if (!this.common) return;
    const verdict = this.common.verdictOn(event);
    if (verdict === 'seen') return;
    if (verdict === 'gap') return this.part(event);
    this.common.offer(event);
    this.collected.push(event);
    this.bytes += event.json.length;
    if (this.bytes >= joinBytes) this.handOut();
  }

  pass(event: Outgoing): void {
    for (const follower of this.apart) follower.onPassing(event);
    for (const members of this.sharing.values()) for (const follower of members) follower.onPassing(event);
  }

  /** The end of the turn. */
  flush(): void {
    this.isPending = false;
    this.handOut();
    for (const follower of this.apart) this.letShare(follower);
  }

  private await(): void {
    if (this.isPending) return;
    this.isPending = true;
    this.turn.addChannel(this);
  }

  private handOut(): void {
    const { collected, told } = this;
    this.collected = [];
    this.bytes = 0;
    this.told = this.common?.copy();
    if (collected.length === 0 || !told) return;
    for (const [format, members] of this.sharing) {
      const bytes = joined(collected, format);
      this.turn.delivered(collected.length * members.size);
      for (const follower of members) if (!follower.onShared(bytes)) this.set(follower, members, told, collected);
    }
  }

  /** Apart from the others, where they stood before these events. */
  private set(follower: Follower, members: Set<Follower>, at: Splice, events: readonly EncodedEvent[]): void {
    members.delete(follower);
    this.apart.add(follower);
    follower.splice = at.copy();
    for (const event of events) follower.onEvent(event);
  }

  private stopSharing(follower: Follower): boolean {
    for (const [format, members] of this.sharing) {
      if (!members.has(follower)) continue;
      // So that it has been told all up to where it stands.
      this.handOut();
      members.delete(follower);
      if (follower.splice === this.common) follower.splice = this.common.copy();
      if (members.size === 0) this.sharing.delete(format);
      if (this.sharing.size === 0) this.disband();
      return true;
    }
    return false;
  }

  private letShare(follower: Follower): void {
    const format = follower.shares;
    if (!format) return;
    this.common ??= follower.splice.copy();
    this.told ??= this.common.copy();
    if (!follower.splice.standsWith(this.common)) return;
    this.apart.delete(follower);
    follower.splice = this.common;
    const members = this.sharing.get(format);
    if (members) members.add(follower);
    else this.sharing.set(format, new Set([follower]));
  }

  /** Something is lost to all who share: each is told so under the name it knows the channel by. */
  private part(event: EncodedEvent): void {
    this.handOut();
    const { common } = this;
    const all = [...this.sharing.values()].flatMap((members) => [...members]);
    this.sharing.clear();
    this.disband();
    for (const follower of all) {
      if (common) follower.splice = common.copy();
      this.apart.add(follower);
      follower.onEvent(event);
    }
  }

  private disband(): void {
    this.common = undefined;
    this.told = undefined;
    this.collected = [];
    this.bytes = 0;
  }
}

const joined = (events: readonly EncodedEvent[], format: Format): Buffer => {
  const frames = events.map((event) => event.frame(format));
  const [only] = frames;
  return only && frames.length === 1 ? only : Buffer.concat(frames);
};
