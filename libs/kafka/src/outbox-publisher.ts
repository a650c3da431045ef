import type { OutboxRelay, OutboxRow } from '@halftone/postgres';
import type { EventProducer } from './event-producer';
import type { OutboxDeadLetters } from './outbox-dead-letters';

/**
 * Receives every batch after the broker has acknowledged it, in order, possibly more than once. It must not reject,
 * because the batch would be published again.
 */
export interface Mirror {
  publish(rows: readonly OutboxRow[]): Promise<void>;
}

/** Publishes the rows of the outbox. Rows that the broker rejects become dead letters; a mirror receives the others. */
export class OutboxPublisher {
  constructor(
    private readonly relay: OutboxRelay,
    private readonly producer: EventProducer,
    private readonly deadLetters: OutboxDeadLetters,
    /** A provider of the application, which exists once the container is complete. */
    private readonly mirror: () => Mirror | undefined,
  ) {}

  start(): void {
    const mirror = this.mirror();
    this.relay.start(async (rows) => {
      const rejected = await this.producer.publish(rows);
      await this.deadLetters.publish(rejected);
      const published = rejected.length > 0 ? rows.filter((row) => !rejected.some((one) => one.row === row)) : rows;
      await mirror?.publish(published);
    });
  }

  stop(): Promise<void> {
    return this.relay.stop();
  }
}
