import { Database } from '@halftone/postgres';
import { Lifecycle } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import type { BankTables } from '../tables';

const pruneMs = 60_000;
/** How far the clock of one replica, by which is pruned, may be ahead of another's, by which a message is taken. */
const marginMs = 10 * 60_000;

/**
 * What was used once: nonces and signatures. Committed before the message is obeyed, so that of any number of copies, on any replica,
 * one is taken; kept until the message's own timestamp refuses it.
 */
@Injectable()
export class NonceStore {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly db: Database<BankTables>,
    lifecycle: Lifecycle,
  ) {
    lifecycle.onStart('serve', 'nonces', async () => {
      this.timer = setInterval(() => void this.prune().catch(() => undefined), pruneMs).unref();
    });
    lifecycle.onStop('close', 'nonces', async () => clearInterval(this.timer));
  }

  /** False if it was used before. */
  async use(value: string, expiresAt: Date): Promise<boolean> {
    const inserted = await this.db.rows
      .insertInto('nonce')
      .values({ value, expires_at: expiresAt })
      .onConflict((conflict) => conflict.doNothing())
      .returning('value')
      .executeTakeFirst();
    return inserted !== undefined;
  }

  async prune(): Promise<void> {
    await this.db.rows
      .deleteFrom('nonce')
      .where('expires_at', '<', new Date(Date.now() - marginMs))
      .execute();
  }
}
