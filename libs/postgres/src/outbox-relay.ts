import { setTimeout as sleep } from 'node:timers/promises';
import { logger, planted } from '@halftone/service';
import { Client } from 'pg';
import { connectionConfig, noticeOurLoss } from './connections';
import { outboxAge, outboxPending, outboxPublished, relayActive } from './metrics';
import type { OutboxRow } from './outbox';
import { Wakeup } from './wakeup';

/** Hands rows to the broker; resolves once it has acknowledged all of them. */
export type Publish = (rows: readonly OutboxRow[]) => Promise<void>;

const POLL_MS = 250;
const BATCH = 500;
const LONGEST_BACKOFF_MS = 2000;
/** Longer than any statement here takes; a connection that went silent is given up after it. */
const STATEMENT_MS = 10_000;

/**
 * Moves outbox rows to the broker. Guarantees: every committed row is published at least once; rows are published in the order of their
 * ids, one batch at a time; at most one relay per schema publishes, held by a session lock on the connection that also deletes the rows,
 * so a relay that lost its lock cannot delete. A row is deleted only after the broker has acknowledged it, so a relay that dies in
 * between leads to a second publication, which the inbox of the consumer drops.
 *
 * Two transactions that change the same aggregate must take its row lock before they append: ids are given at the insert, and a lower id
 * may otherwise commit later. The pokes of standby replicas reach the active one by NOTIFY on this connection, outside of any
 * business transaction; a poll finds what a lost poke leaves behind.
 */
export class OutboxRelay {
  private readonly wakeup = new Wakeup();
  private client: Client | undefined;
  private active = false;
  private stopping = false;
  private running: Promise<void> | undefined;
  private notifying = false;

  constructor(
    private readonly url: string,
    private readonly schema: string,
  ) {}

  /** New rows are committed. Cheap, never throws. */
  poke(): void {
    if (this.active) this.wakeup.signal();
    else void this.notifyActive();
  }

  /** Returns at once; from now on this process publishes whenever it is the one that holds the lock. */
  start(publish: Publish): void {
    this.running ??= this.runUntilStopped(publish);
  }

  /** Publishes what is committed (as long as that works), then gives the lock back. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.wakeup.signal();
    await this.running;
  }

  private get channel(): string {
    return `"halftone_outbox_${this.schema}"`;
  }

  private async runUntilStopped(publish: Publish): Promise<void> {
    let failures = 0;
    do {
      try {
        await this.session(publish, () => (failures = 0));
      } catch (error) {
        failures += 1;
        logger('outbox').warn(
          { reason: String(error), failures },
          'the relay lost its connection or the broker refused; trying again',
        );
      } finally {
        await this.endSession();
      }
      if (!this.stopping) await sleep(Math.min(50 * 2 ** failures, LONGEST_BACKOFF_MS));
    } while (!this.stopping);
  }

  /** One connection from its opening to its loss. */
  private async session(publish: Publish, healthy: () => void): Promise<void> {
    const client = new Client({ ...connectionConfig(this.url, `${this.schema}-relay`), query_timeout: STATEMENT_MS });
    // A lost connection shows at the next statement; the loop is woken rather than raced, so that never two batches are in flight.
    client.on('error', () => this.wakeup.signal());
    client.on('notification', () => this.wakeup.signal());
    this.client = client;
    await client.connect();
    await client.query(noticeOurLoss());
    await this.publishWhileLocked(client, publish, healthy);
  }

  private async publishWhileLocked(client: Client, publish: Publish, healthy: () => void): Promise<void> {
    while (!(await this.tryLock(client))) {
      healthy();
      // Whoever holds the lock tells how much there is.
      this.reportBacklog(undefined, 0);
      if (this.stopping) return;
      await this.wakeup.within(POLL_MS);
    }
    await client.query(`listen ${this.channel}`);
    this.setActive(true);
    for (;;) {
      const last = this.stopping;
      const published = await this.publishBatch(client, publish);
      healthy();
      if (last && published === 0) return;
      if (!this.stopping && published < BATCH) await this.wakeup.within(POLL_MS);
    }
  }

  private async tryLock(client: Client): Promise<boolean> {
    const { rows } = await client.query('select pg_try_advisory_lock(hashtextextended($1, 0)) as locked', [
      `halftone.outbox.${this.schema}`,
    ]);
    return rows[0].locked;
  }

  private async publishBatch(client: Client, publish: Publish): Promise<number> {
    if (planted('outbox.relay-asleep')) return 0;
    const { rows } = await client.query<OutboxRow>(readBatch);
    const oldest = rows[0];
    const pending = oldest && rows.length === BATCH ? await this.estimate(client, oldest) : rows.length;
    this.reportBacklog(oldest?.time, pending);
    if (!oldest) return 0;
    await publish(rows);
    await client.query({
      name: 'outbox-delete',
      text: 'delete from outbox where id = any($1)',
      values: [rows.map((row) => row.id)],
    });
    for (const { topic } of rows) outboxPublished.inc({ schema: this.schema, topic });
    outboxPending.dec({ schema: this.schema }, rows.length);
    return rows.length;
  }

  private async notifyActive(): Promise<void> {
    if (this.notifying || !this.client) return;
    this.notifying = true;
    await this.client.query(`notify ${this.channel}`).catch(() => undefined);
    this.notifying = false;
  }

  private setActive(active: boolean): void {
    this.active = active;
    relayActive.set({ schema: this.schema }, Number(active));
  }

  /** Stands until the next look: while broker or database are away, the rows of the latest look are those that wait. */
  private reportBacklog(oldest: Date | undefined, pending: number): void {
    const age = oldest ? Math.max(0, Date.now() - oldest.getTime()) / 1000 : 0;
    outboxAge.set({ schema: this.schema }, age);
    outboxPending.set({ schema: this.schema }, pending);
  }

  /** Rows that wait when there are more than a batch: by the ids, because counting would read them all. Ids of rollbacks count too. */
  private async estimate(client: Client, { id: first }: OutboxRow): Promise<number> {
    const { rows } = await client.query<{ last: number }>('select max(id) as last from outbox');
    return (rows[0]?.last ?? first) - first + 1;
  }

  private async endSession(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.setActive(false);
    await client?.end().catch(() => undefined);
  }
}

const readBatch = {
  name: 'outbox-read',
  text: `select id, event_id as "eventId", topic, key, type, subject, sequence, value, traceparent, time
         from outbox order by id limit ${BATCH}`,
};
