import { FanoutGroup, type GroupMember } from './fanout-group';
import type { EncodedEvent, Outgoing } from '../feed/encoded-event';
import type { EventLoopTurn } from './event-loop-turn';

/**
 * The live subscriptions of this replica by channel. An event reaches every subscription of its channel in the same turn.
 * Most channels have a single subscription, which needs no group.
 */
export class LiveChannels {
  private readonly channels = new Map<string, GroupMember | FanoutGroup>();

  constructor(private readonly turn: EventLoopTurn) {}

  add(member: GroupMember): void {
    const known = this.channels.get(member.channel);
    if (!known) this.channels.set(member.channel, member);
    else if (known instanceof FanoutGroup) known.add(member);
    else this.channels.set(member.channel, this.groupOf(known, member));
  }

  remove(member: GroupMember): void {
    const known = this.channels.get(member.channel);
    if (known instanceof FanoutGroup) known.remove(member);
    if (known === member || (known instanceof FanoutGroup && known.isEmpty)) this.channels.delete(member.channel);
  }

  /** From now on the member gets the events one by one. */
  leaveGroup(member: GroupMember): void {
    const known = this.channels.get(member.channel);
    if (known instanceof FanoutGroup) known.leaveGroup(member);
  }

  has(channel: string): boolean {
    return this.channels.has(channel);
  }

  publish(event: EncodedEvent): void {
    const known = this.channels.get(event.channel);
    if (known instanceof FanoutGroup) known.publish(event);
    else known?.onEvent(event);
  }

  publishEphemeral(channel: string, event: Outgoing): void {
    const known = this.channels.get(channel);
    if (known instanceof FanoutGroup) known.publishEphemeral(event);
    else known?.onEphemeral(event);
  }

  private groupOf(...members: GroupMember[]): FanoutGroup {
    const group = new FanoutGroup(this.turn);
    for (const member of members) group.add(member);
    return group;
  }
}
