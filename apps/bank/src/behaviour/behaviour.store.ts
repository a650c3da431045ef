import { Database } from '@halftone/postgres';
import { Injectable } from '@nestjs/common';
import type { BankTables } from '../tables';
import { type Behaviour, normalBehaviour } from './behaviour';

/** Stored in the database, so that all replicas behave the same, also after a restart. */
@Injectable()
export class BehaviourStore {
  constructor(private readonly db: Database<BankTables>) {}

  async load(): Promise<Behaviour> {
    const row = await this.db.rows.selectFrom('behaviour').selectAll().executeTakeFirst();
    if (!row) return normalBehaviour;
    const { latency_ms: latencyMs, error_rate: errorRate, drop_reply_rate: dropReplyRate, down, hang } = row;
    return { latencyMs, errorRate, dropReplyRate, down, hang };
  }

  async save({ latencyMs, errorRate, dropReplyRate, down, hang }: Behaviour): Promise<void> {
    await this.db.rows
      .updateTable('behaviour')
      .set({ latency_ms: latencyMs, error_rate: errorRate, drop_reply_rate: dropReplyRate, down, hang })
      .execute();
  }
}
