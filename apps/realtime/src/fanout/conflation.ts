import type { EncodedEvent } from './encoded-event';

/**
 * What a client that cannot keep up is still to be told: the latest event of each subject, oldest first. Bounded: beyond `most` subjects
 * the oldest is forgotten. Whoever is told these sees `seq` jump and is told a `reset` at each jump, so nothing is missing in silence.
 */
export class Conflation {
  private readonly latest = new Map<string, EncodedEvent>();

  constructor(private readonly most = 1_000) {}

  keep(event: EncodedEvent): void {
    // Taken out first: a Map keeps the place of a key it has.
    this.latest.delete(event.subject);
    this.latest.set(event.subject, event);
    if (this.latest.size > this.most) this.drop();
  }

  get oldest(): EncodedEvent | undefined {
    return this.latest.values().next().value;
  }

  /** Forgets the oldest. */
  drop(): void {
    if (this.oldest) this.latest.delete(this.oldest.subject);
  }
}
