/** Whether work is in progress: rows that exist only while something is unfinished. */
import pg from 'pg';
import { waitAtMost } from '@halftone/tools/os/waiting.ts';
import { messageOf } from '@halftone/tools/terminal/message-of.ts';

const unfinished: Readonly<Record<string, string>> = {
  'orders under way': `SELECT count(*) FROM orders."order" WHERE status NOT IN ('shipped', 'cancelled', 'refunded')`,
  'pending payments': `SELECT count(*) FROM payments.payment WHERE status = 'pending'`,
  'pending refunds': `SELECT count(*) FROM payments.refund WHERE status = 'pending'`,
  'bank operations': `SELECT count(*) FROM payments.bank_operation WHERE state = 'waiting'`,
  'photos in the queue': 'SELECT count(*) FROM images.job',
  ...Object.fromEntries(
    ['orders', 'payments', 'images', 'notifications'].flatMap((schema) => [
      [`outbox of ${schema}`, `SELECT count(*) FROM ${schema}.outbox`],
      [`parked events of ${schema}`, `SELECT count(*) FROM ${schema}.parked_event`],
    ]),
  ),
};

/** Counts the unfinished work. */
async function underWay(databaseUrl: string): Promise<Record<string, number>> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const found: Record<string, number> = {};
    for (const [name, query] of Object.entries(unfinished)) {
      const { rows } = await client.query<{ count: string }>(query);
      const count = Number(rows[0]?.count);
      if (count > 0) found[name] = count;
    }
    return found;
  } finally {
    await client.end();
  }
}

/** Waits until no work is in progress. Returns the time it took, and what is left after the timeout. */
export async function untilIdle(
  databaseUrl: string,
  withinMs: number,
): Promise<{ ms: number; left: Record<string, number> }> {
  const begun = performance.now();
  let left: Record<string, number> = {};
  await waitAtMost(
    'quiet',
    async () => {
      // A failed query does not mean that no work is left.
      left = await underWay(databaseUrl).catch((error: unknown) => ({ [`unknown: ${messageOf(error)}`]: 1 }));
      return Object.keys(left).length === 0 || undefined;
    },
    { withinMs, everyMs: 200 },
  );
  return { ms: Math.round(performance.now() - begun), left };
}
