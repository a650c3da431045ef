import { retention } from '@halftone/contracts';
import { PollLoop, rowByRow } from '@halftone/service';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { expired } from './idempotency.store';
import { reapedRows } from './metrics';
import type { PlatformTables } from './platform-tables';

const name = 'reaper';
const EVERY_MS = 60_000;
/** Small, so the rows are locked for milliseconds only. */
const BATCH = 1000;

/** Which rows of a table have expired. An index must find them. */
export interface RetentionRule {
  table: string;
  expired: RawBuilder<unknown>;
}

const olderThan = (column: string, days: number) => sql`${sql.ref(column)} < now() - make_interval(days => ${days})`;

/** The rules of the platform's tables, from the retention in the contracts. */
const platformRules: readonly RetentionRule[] = [
  { table: 'idempotency', expired },
  { table: 'inbox', expired: olderThan('received_at', retention.platformTables.inbox.days) },
  { table: 'parked_event', expired: sql`state = 'dead' and ${olderThan('parked_at', retention.days.tombstones)}` },
];

/**
 * Deletes the expired rows of every table with a retention rule. Nothing depends on when or whether it runs. Every
 * replica runs one; they skip each other's rows.
 */
export class Reaper {
  private readonly loop: PollLoop;
  private readonly tables: readonly RetentionRule[];
  private isStopped = false;

  /** `rules` are those of the service's own tables. */
  constructor(
    private readonly rows: Pick<Kysely<PlatformTables>, 'getExecutor'>,
    { rules = [], everyMs = EVERY_MS }: { rules?: readonly RetentionRule[]; everyMs?: number } = {},
  ) {
    this.tables = [...platformRules, ...rules];
    const run = rowByRow<RetentionRule>(name, {
      after: async (last) => (last === undefined ? this.tables : []),
      key: ({ table }) => table,
      work: (table) => this.reapTable(table),
    });
    this.loop = new PollLoop({ name, everyMs, run });
  }

  /** Returns immediately. */
  start(): void {
    this.loop.start();
  }

  /** Resolves when the running batch has ended. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await this.loop.stop();
  }

  /** Deletes every expired row. Returns how many. */
  async reap(): Promise<number> {
    let deleted = 0;
    for (const table of this.tables) deleted += await this.reapTable(table);
    return deleted;
  }

  private async reapTable(rule: RetentionRule): Promise<number> {
    let deleted = 0;
    for (let found = BATCH; found === BATCH && !this.isStopped; deleted += found) {
      found = await this.deleteBatch(rule);
      reapedRows.inc({ table: rule.table }, found);
    }
    return deleted;
  }

  private async deleteBatch({ table, expired: isExpired }: RetentionRule): Promise<number> {
    const { numAffectedRows } = await sql`
      delete from ${sql.table(table)} where ctid = any(array(
        select ctid from ${sql.table(table)} where ${isExpired} limit ${BATCH} for update skip locked
      ))
    `.execute(this.rows);
    return Number(numAffectedRows ?? 0);
  }
}
