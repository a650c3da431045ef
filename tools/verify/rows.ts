/** The rows of all services as one consistent snapshot of PostgreSQL: no row is newer than another's reading. */
import { Client, types, type CustomTypesConfig } from 'pg';

export interface OrderRow {
  id: string;
  customer: string;
  status: string;
  total: number;
  currency: string;
  version: number;
}

export interface OrderEventRow {
  orderId: string;
  version: number;
  eventId: string;
  type: string;
  time: Date;
}

export interface AccountRow {
  id: string;
  customer: string | null;
  currency: string;
  balance: number;
}

export interface LedgerEntryRow {
  id: string;
  transactionId: string;
  accountId: string;
  amount: number;
}

export interface PaymentRow {
  id: string;
  customer: string;
  orderId: string | null;
  status: string;
  amount: number;
  currency: string;
  transactionId: string | null;
  createdAt: Date;
}

export interface TransferRow {
  id: string;
  sender: string;
  recipient: string;
  amount: number;
  transactionId: string;
  createdAt: Date;
}

export interface ImageRow {
  id: string;
  status: string;
  version: number;
  renditions: number;
  createdAt: Date;
}

export interface NotificationRow {
  id: string;
  channel: string;
  seq: number;
  type: string;
  subject: string;
  sourceEventId: string;
  time: Date;
}

export interface Rows {
  orders: OrderRow[];
  orderEvents: OrderEventRow[];
  accounts: AccountRow[];
  ledgerEntries: LedgerEntryRow[];
  payments: PaymentRow[];
  transfers: TransferRow[];
  images: ImageRow[];
  channels: { name: string; lastSeq: number }[];
  notifications: NotificationRow[];
  /** Rows still to be published. */
  outbox: { schema: string; eventId: string; type: string; subject: string }[];
}

const outboxOf = (schema: string) =>
  `SELECT '${schema}' AS schema, event_id AS "eventId", type, subject FROM ${schema}.outbox`;

const queries: Record<keyof Rows, string> = {
  orders: 'SELECT id, customer, status, total, currency, version FROM orders."order" ORDER BY id',
  orderEvents: `SELECT order_id AS "orderId", version, event_id AS "eventId", type, time FROM orders.order_event
    ORDER BY order_id, version`,
  accounts: 'SELECT id, customer, currency, balance FROM payments.account ORDER BY id',
  ledgerEntries: `SELECT id::text AS id, transaction_id AS "transactionId", account_id AS "accountId", amount
    FROM payments.ledger_entry ORDER BY ledger_entry.id`,
  payments: `SELECT id, customer, order_id AS "orderId", status, amount, currency, transaction_id AS "transactionId",
    created_at AS "createdAt" FROM payments.payment ORDER BY id`,
  transfers: `SELECT id, sender, recipient, amount, transaction_id AS "transactionId", created_at AS "createdAt"
    FROM payments.transfer ORDER BY id`,
  images: `SELECT id, status, version, created_at AS "createdAt",
    (SELECT count(*) FROM images.blob WHERE image_id = image.id AND name <> 'original') AS renditions
    FROM images.image ORDER BY id`,
  channels: 'SELECT name, last_seq AS "lastSeq" FROM notifications.channel ORDER BY name',
  notifications: `SELECT id, channel, seq, type, subject, source_event_id AS "sourceEventId", time
    FROM notifications.notification ORDER BY channel, seq`,
  outbox: ['orders', 'payments', 'images', 'notifications'].map(outboxOf).join(' UNION ALL '),
};

const int8 = 20;

/** Money and counters are bigint; the schema keeps them within what a number holds exactly. */
const exactNumbers: CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    (oid === int8 ? Number : types.getTypeParser(oid, format)) as ReturnType<typeof types.getTypeParser>,
};

/** Its own short connection, so that a restarted PostgreSQL is no reason to fail the next look. */
export async function withDatabase<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, types: exactNumbers, connectionTimeoutMillis: 5000 });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export function readRows(url: string): Promise<Rows> {
  return withDatabase(url, async (client) => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const rows: Record<string, unknown[]> = {};
    for (const [name, query] of Object.entries(queries)) rows[name] = (await client.query(query)).rows;
    await client.query('COMMIT');
    return rows as unknown as Rows;
  });
}
