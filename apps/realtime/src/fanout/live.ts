import { Audience, type Follower } from './audience';
import type { EncodedEvent, Outgoing } from './encoded-event';
import type { Turn } from './turn';

/**
 * Who follows which channel live on this replica. Events reach every follower of their channel in the turn they are published in.
 * Most channels are one customer's and have one follower, which then needs no audience around it.
 */
export class Live {
  private readonly channels = new Map<string, Follower | Audience>();

  constructor(private readonly turn: Turn) {}

  add(follower: Follower): void {
    const known = this.channels.get(follower.channel);
    if (!known) this.channels.set(follower.channel, follower);
    else if (known instanceof Audience) known.add(follower);
    else this.channels.set(follower.channel, this.audienceOf(known, follower));
  }

  remove(follower: Follower): void {
    const known = this.channels.get(follower.channel);
    if (known instanceof Audience) known.remove(follower);
    if (known === follower || (known instanceof Audience && known.isEmpty)) this.channels.delete(follower.channel);
  }

  /** It takes event by event from now on. */
  setApart(follower: Follower): void {
    const known = this.channels.get(follower.channel);
    if (known instanceof Audience) known.setApart(follower);
  }

  has(channel: string): boolean {
    return this.channels.has(channel);
  }

  publish(event: EncodedEvent): void {
    const known = this.channels.get(event.channel);
    if (known instanceof Audience) known.publish(event);
    else known?.onEvent(event);
  }

  pass(channel: string, event: Outgoing): void {
    const known = this.channels.get(channel);
    if (known instanceof Audience) known.pass(event);
    else known?.onPassing(event);
  }

  private audienceOf(...followers: Follower[]): Audience {
    const audience = new Audience(this.turn);
    for (const follower of followers) audience.add(follower);
    return audience;
  }
}
