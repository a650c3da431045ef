import type { Membership } from './group-member';
import type { Position } from './parked-event';
import type { PartitionBacklog, RetryQueue } from './retry-queue';

/** The parked events of each partition that this process owns. Read when it becomes the owner, kept while it is. */
export class PartitionBacklogs {
  private readonly byPartition = new Map<string, { membership: Membership; backlog: PartitionBacklog }>();

  constructor(private readonly queue: Pick<RetryQueue, 'backlogOf'>) {}

  /** `from` is an offset not after the current message. */
  async of(position: Position, from: string, membership: Membership): Promise<PartitionBacklog> {
    const known = this.byPartition.get(nameOf(position));
    if (known?.membership.isCurrent()) return known.backlog;
    const backlog = await this.queue.backlogOf(position, from);
    this.byPartition.set(nameOf(position), { membership, backlog });
    return backlog;
  }

  forget(position: Position): void {
    this.byPartition.delete(nameOf(position));
  }
}

export const nameOf = ({ topic, partition }: Position): string => `${topic}/${partition}`;
