import type { EncodedEvent, Outgoing } from './encoded-event';

/** Somebody who stands at the live tail of one channel. */
export interface Follower {
  readonly channel: string;
  onEvent(event: EncodedEvent): void;
  onPassing(event: Outgoing): void;
}

/** Who follows which channel live on this replica. Events reach every follower of their channel in the turn they are published in. */
export class Live {
  private readonly followers = new Map<string, Set<Follower>>();

  add(follower: Follower): void {
    const known = this.followers.get(follower.channel);
    if (known) known.add(follower);
    else this.followers.set(follower.channel, new Set([follower]));
  }

  remove(follower: Follower): void {
    const known = this.followers.get(follower.channel);
    if (known?.delete(follower) && known.size === 0) this.followers.delete(follower.channel);
  }

  has(channel: string): boolean {
    return this.followers.has(channel);
  }

  publish(event: EncodedEvent): void {
    for (const follower of this.followers.get(event.channel) ?? []) follower.onEvent(event);
  }

  pass(channel: string, event: Outgoing): void {
    for (const follower of this.followers.get(channel) ?? []) follower.onPassing(event);
  }
}
