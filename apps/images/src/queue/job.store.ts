import { limits } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import { Database, type Tx } from '@halftone/postgres';
import { traceparent } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { ImagesTables } from '../tables';
import { type Job, leaseMs } from './job';

const fromNow = (ms: number) => sql<Date>`clock_timestamp() + ${`${ms} milliseconds`}::interval`;

/** About the time a worker needs for a few photos. */
const retryAfterSeconds = 5;

/** The job queue. Leases use the database clock, which all workers share. */
@Injectable()
export class JobStore {
  constructor(private readonly db: Database<ImagesTables>) {}

  /** Unfinished jobs, including those in progress. Counts every row, so call it rarely. */
  async depth(): Promise<number> {
    const query = this.db.rows.selectFrom('job').select(({ fn }) => fn.countAll<number>().as('depth'));
    return (await query.executeTakeFirstOrThrow()).depth;
  }

  /** Queues a job one turn after the customer's last one; migrations.ts explains `turn`. */
  async insert(tx: Tx<ImagesTables>, { id, customer }: { id: string; customer: string }): Promise<void> {
    await this.assertQuota(tx, customer);
    const next = sql<number>`greatest(
      (select max(turn) + 1 from job where customer = ${customer}),
      (select min(turn) from job),
      0)`;
    const values = { image_id: id, customer, turn: next, traceparent: traceparent() ?? null };
    await tx.insertInto('job').values(values).execute();
  }

  /**
   * Throws RATE_LIMITED while the customer has the maximum number of jobs. Concurrent uploads don't see each other, so the
   * maximum may be exceeded by a few.
   */
  private async assertQuota(tx: Tx<ImagesTables>, customer: string): Promise<void> {
    const { value } = limits.queuedJobs;
    const own = await tx.selectFrom('job').select('image_id').where('customer', '=', customer).limit(value).execute();
    if (own.length < value) return;
    const message = `you already have ${value} photos in processing; wait until some are done`;
    throw new DomainError('RATE_LIMITED', message, [], { retryAfterSeconds });
  }

  /**
   * Takes the job whose lease or delay expired first, else the one with the lowest turn. Concurrent workers get different
   * jobs (SKIP LOCKED). Each lookup is a subquery, so it runs once and reads the start of an index.
   */
  take(tx: Tx<ImagesTables>): Promise<Job | undefined> {
    const expired = tx
      .selectFrom('job')
      .select('image_id')
      .where('lease_until', '<=', sql<Date>`(select clock_timestamp())`)
      .orderBy('lease_until')
      .limit(1)
      .forUpdate()
      .skipLocked();
    const next = tx
      .selectFrom('job')
      .select('image_id')
      .where('lease_until', 'is', null)
      .orderBy('turn')
      .orderBy('image_id')
      .limit(1)
      .forUpdate()
      .skipLocked();
    return tx
      .updateTable('job')
      .set((row) => ({ lease_until: fromNow(leaseMs), fence: row('fence', '+', 1), attempts: row('attempts', '+', 1) }))
      .where('image_id', '=', ({ fn }) => fn.coalesce(expired, next))
      .returning(['image_id as imageId', 'fence', 'attempts', 'traceparent'])
      .executeTakeFirst();
  }

  /**
   * Renews the lease and locks the row until the transaction ends. False if another worker holds the job now. Every write
   * of a worker is preceded by this.
   */
  async renewLease(tx: Tx<ImagesTables>, { imageId, fence }: Job): Promise<boolean> {
    const renewal = tx.updateTable('job').set({ lease_until: fromNow(leaseMs) });
    const { numUpdatedRows } = await renewal
      .where('image_id', '=', imageId)
      .where('fence', '=', fence)
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }

  /** Frees the job after the delay and sets its number of attempts. */
  async release(tx: Tx<ImagesTables>, { imageId, fence, attempts }: Job, delayMs: number): Promise<void> {
    const freed = tx.updateTable('job').set({ lease_until: fromNow(delayMs), attempts });
    await freed.where('image_id', '=', imageId).where('fence', '=', fence).execute();
  }

  /** Locks the job, no matter who holds it: until the transaction ends, no worker can write. */
  async lock(tx: Tx<ImagesTables>, imageId: string): Promise<void> {
    await tx.selectFrom('job').select('image_id').where('image_id', '=', imageId).forUpdate().execute();
  }

  /** Deletes the job, no matter who holds it. */
  async cancel(tx: Tx<ImagesTables>, imageId: string): Promise<void> {
    await tx.deleteFrom('job').where('image_id', '=', imageId).execute();
  }

  async remove(tx: Tx<ImagesTables>, { imageId, fence }: Job): Promise<void> {
    await tx.deleteFrom('job').where('image_id', '=', imageId).where('fence', '=', fence).execute();
  }
}
