import { logger, planted, PollLoop, reasonOf } from '@halftone/service';
import { Client } from 'pg';
import { connectionConfig, deadClientDetection } from './connections';
import { outboxAge, outboxPending, outboxPublished, relayActive } from './metrics';
import type { OutboxRow } from './outbox';

/**
 * Sends rows to the broker. Resolves once the broker has acknowledged each row, or the row was dead-lettered because
 * it never will.
 */
export type Publish = (rows: readonly OutboxRow[]) => Promise<void>;

/** Finds rows whose wake-up was lost: their process died after its commit, or the connection for NOTIFY broke. */
const POLL_MS = 1_000;
/** How soon a standby takes over, since nothing wakes it when the active relay dies. */
const STANDBY_POLL_MS = 250;
const BATCH = 500;
/** Longer than any statement here takes; a silent connection is given up after it. */
const STATEMENT_MS = 10_000;

/**
 * Moves outbox rows to the broker. Guarantees:
 *
 * - Every committed row is published at least once.
 * - Rows are published in the order of their ids, one batch at a time.
 * - At most one relay per schema publishes. It holds a session lock on the connection that also deletes the rows, so a relay that lost
 *   the lock cannot delete.
 * - A row is deleted only after the broker has acknowledged it. A relay that dies in between publishes it again, and the inbox of the
 *   consumer drops the duplicate.
 * - A delete does not wait for the server's disk (synchronous_commit = off). A server that crashes may forget the latest deletes. Their rows
 *   are published again, in order, and dropped likewise. Appending a row is as durable as every other commit.
 *
 * Two transactions that change the same aggregate must lock its row before they append: ids are given at the insert,
 * and a lower id may otherwise commit later. Standby replicas wake the active relay by NOTIFY on this connection,
 * outside any business transaction, again when more rows were committed meanwhile. The poll finds rows whose wake-up was lost.
 */
export class OutboxRelay {
  private readonly loop = new PollLoop({
    name: 'outbox',
    everyMs: () => (this.active ? POLL_MS : STANDBY_POLL_MS),
    run: () => this.run(),
  });
  private publish: Publish = () => Promise.reject(new Error('the relay was not started'));
  private client: Client | undefined;
  private active = false;
  private notifying = false;
  private notifyAgain = false;

  constructor(
    private readonly url: string,
    private readonly schema: string,
  ) {}

  /** Call it after new rows are committed. Cheap; never throws. */
  wake(): void {
    if (this.active) this.loop.wake();
    else void this.notifyActive();
  }

  /** Returns immediately. From now on this process publishes whenever it holds the lock. */
  start(publish: Publish): void {
    this.publish = publish;
    this.loop.start();
  }

  /** Publishes the committed rows as long as that works, then releases the lock. */
  async stop(): Promise<void> {
    // An abandoned batch must stay the only one in flight.
    if (await this.loop.stop()) await this.publishRemaining();
    await this.endSession();
  }

  private get channel(): string {
    return `"halftone_outbox_${this.schema}"`;
  }

  private async run(): Promise<'more' | void> {
    try {
      if ((await this.publishNext(this.client ?? (await this.connect()))) === BATCH) return 'more';
    } catch (error) {
      await this.endSession();
      throw error;
    }
  }

  private async publishRemaining(): Promise<void> {
    const { client } = this;
    if (!client) return;
    try {
      while ((await this.publishNext(client)) > 0);
    } catch (error) {
      logger('outbox').warn({ reason: reasonOf(error) }, 'not all rows could be published before the stop');
    }
  }

  private async connect(): Promise<Client> {
    const client = new Client({ ...connectionConfig(this.url, `${this.schema}-relay`), query_timeout: STATEMENT_MS });
    // A lost connection fails the next statement. The loop is only woken, so two batches are never in flight.
    client.on('error', () => this.loop.wake());
    client.on('notification', () => this.loop.wake());
    this.client = client;
    await client.connect();
    await client.query(
      `${deadClientDetection()}; set statement_timeout = ${STATEMENT_MS}; set synchronous_commit = off`,
    );
    return client;
  }

  /** Returns the number of published rows; 0 also while another process holds the lock. */
  private async publishNext(client: Client): Promise<number> {
    if (this.active || (await this.becomeActive(client))) return this.publishBatch(client);
    // The active relay reports the backlog.
    this.reportBacklog(undefined, 0);
    return 0;
  }

  private async becomeActive(client: Client): Promise<boolean> {
    if (!(await this.tryLock(client))) return false;
    await client.query(`listen ${this.channel}`);
    this.setActive(true);
    return true;
  }

  private async tryLock(client: Client): Promise<boolean> {
    const { rows } = await client.query('select pg_try_advisory_lock(hashtextextended($1, 0)) as locked', [
      `halftone.outbox.${this.schema}`,
    ]);
    return rows[0].locked;
  }

  private async publishBatch(client: Client): Promise<number> {
    if (planted('outbox.relay-asleep')) return 0;
    const { rows } = await client.query<OutboxRow>(readBatch);
    const oldest = rows[0];
    const pending = oldest && rows.length === BATCH ? await this.estimate(client, oldest) : rows.length;
    this.reportBacklog(oldest?.time, pending);
    if (!oldest) return 0;
    await this.publish(rows);
    await client.query({
      name: 'outbox-delete',
      text: 'delete from outbox where id = any($1)',
      values: [rows.map((row) => row.id)],
    });
    for (const { topic } of rows) outboxPublished.inc({ schema: this.schema, topic });
    outboxPending.dec({ schema: this.schema }, rows.length);
    return rows.length;
  }

  /** One statement for all wake-ups during the previous one, whose notification may be too early for them. */
  private async notifyActive(): Promise<void> {
    this.notifyAgain = true;
    if (this.notifying) return;
    this.notifying = true;
    while (this.notifyAgain && this.client) {
      this.notifyAgain = false;
      // Only a hint: the active relay also polls, and its loop detects a lost session.
      await this.client.query(`notify ${this.channel}`).catch(() => undefined);
    }
    this.notifying = false;
  }

  private setActive(active: boolean): void {
    this.active = active;
    relayActive.set({ schema: this.schema }, Number(active));
  }

  /**
   * Valid until the next poll: while the broker or the database is unreachable, the rows of the latest poll are still
   * waiting.
   */
  private reportBacklog(oldest: Date | undefined, pending: number): void {
    const age = oldest ? Math.max(0, Date.now() - oldest.getTime()) / 1000 : 0;
    outboxAge.set({ schema: this.schema }, age);
    outboxPending.set({ schema: this.schema }, pending);
  }

  /**
   * The backlog when it is more than a batch: the distance of the ids, because counting would read all rows.
   * Rolled-back ids count too.
   */
  private async estimate(client: Client, { id: first }: OutboxRow): Promise<number> {
    const { rows } = await client.query<{ last: number }>('select max(id) as last from outbox');
    return (rows[0]?.last ?? first) - first + 1;
  }

  private async endSession(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.setActive(false);
    // A broken session is already over.
    await client?.end().catch(() => undefined);
  }
}

const readBatch = {
  name: 'outbox-read',
  text: `select id, event_id as "eventId", topic, key, type, subject, sequence, value, traceparent, time
         from outbox order by id limit ${BATCH}`,
};
