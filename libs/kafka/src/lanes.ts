import type { Membership } from './group-member';
import type { Lane, Parking, Position } from './parking';

/** What is parked in each partition that this process owns: read when it becomes the owner, kept while it is. */
export class Lanes {
  private readonly byPlace = new Map<string, { membership: Membership; lane: Lane }>();

  constructor(private readonly parking: Pick<Parking, 'laneOf'>) {}

  /** `from` is an offset no later than that of the message in hand. */
  async of(position: Position, from: string, membership: Membership): Promise<Lane> {
    const known = this.byPlace.get(placeOf(position));
    if (known?.membership.isCurrent()) return known.lane;
    const lane = await this.parking.laneOf(position, from);
    this.byPlace.set(placeOf(position), { membership, lane });
    return lane;
  }

  forget(position: Position): void {
    this.byPlace.delete(placeOf(position));
  }
}

const placeOf = ({ topic, partition }: Position): string => `${topic}/${partition}`;
