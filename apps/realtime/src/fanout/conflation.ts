import type { EncodedEvent } from '../feed/encoded-event';

/**
 * The latest event of each subject for a slow client, oldest first. Beyond `maxSubjects` it drops the oldest.
 * The client sees `seq` jump and gets a `reset` at each jump, so no loss is silent.
 */
export class Conflation {
  private readonly latest = new Map<string, EncodedEvent>();

  constructor(private readonly maxSubjects = 1_000) {}

  keep(event: EncodedEvent): void {
    // Deleted first, because a Map keeps the position of an existing key.
    this.latest.delete(event.subject);
    this.latest.set(event.subject, event);
    if (this.latest.size > this.maxSubjects) this.drop();
  }

  get oldest(): EncodedEvent | undefined {
    return this.latest.values().next().value;
  }

  /** Drops the oldest. */
  drop(): void {
    if (this.oldest) this.latest.delete(this.oldest.subject);
  }
}
