import { setTimeout as sleep } from 'node:timers/promises';
import { Complaint, logger, reasonOf } from '@halftone/service';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { expired } from './idempotency.store';
import { reaped } from './metrics';
import type { PlatformTables } from './platform-tables';

const EVERY_MS = 60_000;
/** So few that the rows are locked for milliseconds only. */
const BATCH = 1000;
/** Longer than any topic keeps events: after that none of them can be delivered again. */
const INBOX_DAYS = 14;

/** What may go, and with which index it is found. */
const over: Readonly<Record<'idempotency' | 'inbox', RawBuilder<unknown>>> = {
  idempotency: expired,
  inbox: sql`received_at < now() - make_interval(days => ${INBOX_DAYS})`,
};

/**
 * Deletes what nobody needs any more: settled idempotency keys that have expired, and inbox rows older than any event that may still come.
 * Nothing depends on when it runs or whether it does, because an expired key counts as absent anyway. Every replica runs one; they skip
 * each other's rows.
 */
export class Reaper {
  private readonly stopping = new AbortController();
  private readonly complaint = new Complaint();
  private running: Promise<void> | undefined;

  constructor(
    private readonly rows: Kysely<PlatformTables>,
    private readonly everyMs = EVERY_MS,
  ) {}

  /** Returns at once. */
  start(): void {
    this.running ??= this.runUntilStopped();
  }

  /** Resolves when the batch that runs has ended. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Deletes all there is. Answers how many rows. */
  async reap(): Promise<number> {
    let deleted = 0;
    for (const table of ['idempotency', 'inbox'] as const) {
      for (let found = BATCH; found === BATCH && !this.stopping.signal.aborted; deleted += found) {
        found = await this.deleteBatch(table);
        reaped.inc({ table }, found);
      }
    }
    return deleted;
  }

  private async runUntilStopped(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      // Replicas that started together need not work together.
      await this.pause(this.everyMs * (0.5 + Math.random()));
      if (!this.stopping.signal.aborted) await this.reap().catch((error) => this.complain(error));
    }
  }

  private async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.stopping.signal, ref: false }).catch(() => undefined);
  }

  private async deleteBatch(table: keyof typeof over): Promise<number> {
    const { numAffectedRows } = await sql`
      delete from ${sql.table(table)} where ctid = any(array(
        select ctid from ${sql.table(table)} where ${over[table]} limit ${BATCH} for update skip locked
      ))
    `.execute(this.rows);
    return Number(numAffectedRows ?? 0);
  }

  private complain(error: unknown): void {
    const reason = reasonOf(error);
    if (this.complaint.isDue(reason)) logger('reaper').warn({ reason }, 'old rows were not deleted; trying again');
  }
}
