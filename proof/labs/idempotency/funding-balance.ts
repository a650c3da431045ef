/** The balance of the account an operation takes money from: the wallet or the bank account. Read from the database. */
import pg from 'pg';
import type { OperationName } from './failure-case.ts';

const balances: Readonly<Record<OperationName, string>> = {
  transfer: `SELECT balance + (SELECT coalesce(sum(amount), 0) FROM payments.account_credit WHERE account_id = account.id) AS balance
  FROM payments.account WHERE customer = $1`,
  'bank-payment': 'SELECT balance FROM bank.account WHERE id = $1',
};

export async function fundingBalance(databaseUrl: string, operation: OperationName, customer: string): Promise<number> {
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
