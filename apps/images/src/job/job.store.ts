import { Database, type Tx } from '@halftone/postgres';
import { traceparent } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { ImagesTables } from '../tables';
import { type Job, leaseMs } from './job';

const fromNow = (ms: number) => sql<Date>`clock_timestamp() + ${`${ms} milliseconds`}::interval`;

/** The queue. All leases are measured by the database's clock, the only one that all workers share. */
@Injectable()
export class JobStore {
  constructor(private readonly db: Database<ImagesTables>) {}

  /** Jobs that are not done, those that are worked on included. */
  async depth(): Promise<number> {
    const query = this.db.rows.selectFrom('job').select(({ fn }) => fn.countAll<number>().as('depth'));
    return (await query.executeTakeFirstOrThrow()).depth;
  }

  async insert(tx: Tx<ImagesTables>, imageId: string): Promise<void> {
    const values = {
      image_id: imageId,
      lease_until: fromNow(0),
      fence: 0,
      attempts: 0,
      traceparent: traceparent() ?? null,
    };
    await tx.insertInto('job').values(values).execute();
  }

  /** The job that is free for longest, if any; workers that ask at the same moment get different ones (SKIP LOCKED). */
  take(tx: Tx<ImagesTables>): Promise<Job | undefined> {
    return tx
      .updateTable('job')
      .set((row) => ({ lease_until: fromNow(leaseMs), fence: row('fence', '+', 1), attempts: row('attempts', '+', 1) }))
      .where('image_id', '=', (free) =>
        free
          .selectFrom('job')
          .select('image_id')
          .where('lease_until', '<=', sql<Date>`clock_timestamp()`)
          .orderBy('lease_until')
          .limit(1)
          .forUpdate()
          .skipLocked(),
      )
      .returning(['image_id as imageId', 'fence', 'attempts', 'traceparent'])
      .executeTakeFirst();
  }

  /**
   * Renews the lease and locks the row to the end of the transaction, so nobody can take the job in between; false if it is
   * somebody else's by now. Everything a worker writes stands behind this.
   */
  async hold(tx: Tx<ImagesTables>, { imageId, fence }: Job): Promise<boolean> {
    const renewal = tx.updateTable('job').set({ lease_until: fromNow(leaseMs) });
    const { numUpdatedRows } = await renewal
      .where('image_id', '=', imageId)
      .where('fence', '=', fence)
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }

  /** Free again after the delay; the attempts so far are what the caller says they are. */
  async release(tx: Tx<ImagesTables>, { imageId, fence, attempts }: Job, delayMs: number): Promise<void> {
    const freed = tx.updateTable('job').set({ lease_until: fromNow(delayMs), attempts });
    await freed.where('image_id', '=', imageId).where('fence', '=', fence).execute();
  }

  /** Whoever holds it: from here to the end of the transaction no worker writes anything about this photo. */
  async lock(tx: Tx<ImagesTables>, imageId: string): Promise<void> {
    await tx.selectFrom('job').select('image_id').where('image_id', '=', imageId).forUpdate().execute();
  }

  /** Whoever holds it. */
  async cancel(tx: Tx<ImagesTables>, imageId: string): Promise<void> {
    await tx.deleteFrom('job').where('image_id', '=', imageId).execute();
  }

  async remove(tx: Tx<ImagesTables>, { imageId, fence }: Job): Promise<void> {
    await tx.deleteFrom('job').where('image_id', '=', imageId).where('fence', '=', fence).execute();
  }
}
