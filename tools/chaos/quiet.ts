/** Whether work is under way: rows that only exist while something is still to be done. */
import pg from 'pg';
import { eventually } from '../client/retry.ts';

const open: Readonly<Record<string, string>> = {
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

/** What is not done yet, counted. */
async function underWay(databaseUrl: string): Promise<Record<string, number>> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const found: Record<string, number> = {};
    for (const [name, query] of Object.entries(open)) {
      const { rows } = await client.query<{ count: string }>(query);
      const count = Number(rows[0]?.count);
      if (count > 0) found[name] = count;
    }
    return found;
  } finally {
    await client.end();
  }
}

/** How long it took until nothing was under way, or what still was when the time ran out. */
export async function untilQuiet(
  databaseUrl: string,
  withinMs: number,
): Promise<{ ms: number; left: Record<string, number> }> {
  const begun = performance.now();
  let left: Record<string, number> = {};
  await eventually(
    'quiet',
    async () => {
      left = await underWay(databaseUrl);
      return Object.keys(left).length === 0 || undefined;
    },
    { withinMs, everyMs: 200 },
  ).catch(() => undefined);
  return { ms: Math.round(performance.now() - begun), left };
}
