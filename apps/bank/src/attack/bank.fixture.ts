/** The real bank with a schema of its own, and everything that its clients need. */
import { Database, openPool } from '@halftone/postgres';
import { bootService, freshSchema, selfSigned } from '@halftone/testing';
import { bank } from '../bank';
import type { BankTables } from '../tables';
import type { Credentials } from './hostile-message.fixture';

export interface BankWorld {
  url: string;
  wsdl: string;
  who: Credentials;
  /** The only one that the bank itself connects to. */
  databasePort: number;
  /** All money: every account, and every transaction that moved some. */
  money(): Promise<unknown>;
  balanceOf(account: string): Promise<number>;
  /** Those whose reference begins so, by reference. */
  transactionsOf(reference: string): Promise<unknown[]>;
  close(): Promise<void>;
}

/** `listener` is where nobody may connect to. */
export async function openBank(listener = '127.0.0.1:9'): Promise<BankWorld> {
  const [own, client, stranger] = await Promise.all(['bank', 'payments', 'stranger'].map(selfSigned));
  if (!own || !client || !stranger) throw new Error('no keys');
  const who: Credentials = {
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
  const running = await bootService(bank, {
    DATABASE_URL: schema.url,
    BANK_KEY: own.key,
    BANK_CERT: own.certificate,
    BANK_CLIENT_CERTS_TRUSTED: client.certificate,
    BANK_USERNAME: who.username,
    BANK_PASSWORD: who.password,
  });
  const db = new Database<BankTables>(openPool(schema.url, 2, 'test'));
  return {
    url: `${running.httpUrl}/bank`,
    wsdl: `${running.httpUrl}/bank?wsdl`,
    who,
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
    balanceOf: async (account) =>
      (await db.rows.selectFrom('account').select('balance').where('id', '=', account).executeTakeFirstOrThrow())
        .balance,
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
