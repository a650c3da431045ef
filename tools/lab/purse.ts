/** The money that an operation takes: what is in the wallet, or in the account at the bank. Read from the rows, behind the services' backs. */
import pg from 'pg';
import type { OperationName } from './story.ts';

const balances: Readonly<Record<OperationName, string>> = {
  transfer: 'SELECT balance FROM payments.account WHERE customer = $1',
  'bank-payment': 'SELECT balance FROM bank.account WHERE id = $1',
};

export async function balanceIn(databaseUrl: string, operation: OperationName, customer: string): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    const { rows } = await client.query<{ balance: string }>(balances[operation], [customer]);
    if (!rows[0]) throw new Error(`${customer} has no account`);
    return Number(rows[0].balance);
  } finally {
    await client.end();
  }
}
