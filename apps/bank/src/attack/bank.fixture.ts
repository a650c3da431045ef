/** The real bank with a fresh schema, and everything its clients need. */
import { Database, openPool } from '@halftone/postgres';
import type { RunningService } from '@halftone/service';
import { bootService, freshSchema, selfSigned } from '@halftone/testing';
import { bank } from '../bank';
import { AccountStore } from '../account/account.store';
import type { BankTables } from '../tables';
import type { Credentials } from './hostile-message.fixture';

export interface BankFixture {
  running: RunningService;
  url: string;
  wsdl: string;
  credentials: Credentials;
  /** The only port that the bank may connect to. */
  databasePort: number;
  /** All accounts and all booked transactions. */
  money(): Promise<unknown>;
  balanceOf(account: string): Promise<number>;
  /** The transactions whose reference has this prefix, ordered by reference. */
  transactionsOf(reference: string): Promise<unknown[]>;
  close(): Promise<void>;
}

/** `listener` must never get a connection. `databasePort` replaces the port of the database, for a proxy. */
export async function startBank(listener = '127.0.0.1:9', databasePort?: number): Promise<BankFixture> {
  const [own, client, stranger] = await Promise.all(['bank', 'payments', 'stranger'].map(selfSigned));
  if (!own || !client || !stranger) throw new Error('no keys');
  const credentials: Credentials = {
    username: 'payments',
    password: 'a test password',
    key: client.key,
    certificate: client.certificate,
    strangerKey: stranger.key,
    strangerCertificate: stranger.certificate,
    bankCertificate: own.certificate,
    listener,
  };
  const schema = await freshSchema('bank');
  const url = new URL(schema.url);
  if (databasePort !== undefined) url.port = String(databasePort);
  const running = await bootService(bank, {
    DATABASE_URL: url.href,
    BANK_KEY: own.key,
    BANK_CERT: own.certificate,
    BANK_CLIENT_CERTS_TRUSTED: client.certificate,
    BANK_USERNAME: credentials.username,
    BANK_PASSWORD: credentials.password,
  });
  const db = new Database<BankTables>(openPool(schema.url, 2, 'test'));
  return {
    running,
    url: `${running.httpUrl}/bank`,
    wsdl: `${running.httpUrl}/bank?wsdl`,
    credentials,
    databasePort: Number(new URL(schema.url).port),
    money: async () => ({
      accounts: await db.rows.selectFrom('account').selectAll().orderBy('id').execute(),
      transactions: await db.rows
        .selectFrom('transaction')
        .selectAll()
        .where('state', '=', 'booked')
        .orderBy('id')
        .execute(),
    }),
    balanceOf: async (account) => (await new AccountStore(db).find(account))?.balance ?? 0,
    transactionsOf: (reference) =>
      db.rows
        .selectFrom('transaction')
        .select(['reference', 'kind', 'state', 'amount'])
        .where('reference', 'like', `${reference}%`)
        .orderBy('reference')
        .execute(),
    close: async () => {
      await running.stop();
      await db.close();
      await schema.drop();
    },
  };
}
