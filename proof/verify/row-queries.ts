/** How each kind of row is read. `verify --list` prints these. */
import type { Rows } from './row.ts';

const all = ['orders', 'payments', 'images', 'notifications'];

/** The row that waits longest comes first, so it is the counter-example for as long as it waits. */
const everywhere = (
  query: (schema: string) => string,
  { order, schemas = all }: { order: string; schemas?: string[] },
) => `${schemas.map(query).join('\n  UNION ALL ')}\n  ORDER BY ${order}`;

export const queries: Readonly<Record<keyof Rows, string>> = {
  orders: `SELECT id, customer, status, total, currency, version, payment, due_at AS "dueAt", created_at AS "createdAt"
  FROM orders."order" ORDER BY id`,
  orderEvents: `SELECT order_id AS "orderId", version, event_id AS "eventId", type, time
  FROM orders.order_event ORDER BY order_id, version`,
  accounts: `SELECT id, customer, currency,
  (balance + (SELECT coalesce(sum(amount), 0) FROM payments.account_credit WHERE account_id = account.id))::bigint AS balance
  FROM payments.account ORDER BY id`,
  ledgerTransactions: 'SELECT id, kind, reference FROM payments.ledger_transaction ORDER BY id',
  ledgerEntries: `SELECT id::text AS id, transaction_id AS "transactionId", account_id AS "accountId", amount
  FROM payments.ledger_entry ORDER BY ledger_entry.id`,
  payments: `SELECT id, customer, order_id AS "orderId", method, status, amount, currency, refunded,
  transaction_id AS "transactionId", created_at AS "createdAt" FROM payments.payment ORDER BY id`,
  refunds: `SELECT id, payment_id AS "paymentId", order_id AS "orderId", customer, status, amount, currency,
  transaction_id AS "transactionId", ordered_by AS "orderedBy", created_at AS "createdAt" FROM payments.refund ORDER BY id`,
  refundRequests: `SELECT id, payment_id AS "paymentId", customer, status, refund_id AS "refundId", created_at AS "createdAt"
  FROM payments.refund_request ORDER BY id`,
  refundsRecorded: `SELECT applied_at AS since FROM payments.migration WHERE id = '0004-who-ordered-a-refund'`,
  transfers: `SELECT id, sender, recipient, amount, transaction_id AS "transactionId", created_at AS "createdAt"
  FROM payments.transfer ORDER BY id`,
  bankOperations: `SELECT reference, kind, payment_id AS "paymentId", refund_id AS "refundId", customer, amount, currency, state,
  bank_transaction_id AS "bankTransactionId" FROM payments.bank_operation ORDER BY reference`,
  bankTransactions:
    'SELECT id::text AS id, reference, kind, account, amount, currency, state FROM bank.transaction ORDER BY reference',
  bankAccounts: `SELECT id, currency, opening, given,
  coalesce(balance, opening + (SELECT sum(given) FROM bank.account))::bigint AS balance FROM bank.account ORDER BY id`,
  images: `SELECT id, customer, status, version, created_at AS "createdAt",
  (SELECT count(*) FROM images.blob WHERE image_id = image.id AND name <> 'original') AS renditions
  FROM images.image ORDER BY id`,
  jobs: 'SELECT image_id AS "imageId" FROM images.job ORDER BY image_id',
  channels: 'SELECT name, last_seq AS "lastSeq" FROM notifications.channel ORDER BY name',
  notifications: `SELECT id, channel, seq, type, subject, source_event_id AS "sourceEventId", time
  FROM notifications.notification ORDER BY channel, seq`,
  galleryNotices: `SELECT seq, subject, (data ->> 'count')::bigint AS count, (data ->> 'total')::bigint AS total
  FROM notifications.notification WHERE channel = 'gallery' ORDER BY seq`,
  keys: everywhere(
    (schema) => `SELECT '${schema}' AS schema, customer, route, key, response, refusal IS NOT NULL AS refused,
    created_at AS "createdAt", expires_at AS "expiresAt" FROM ${schema}.idempotency`,
    { order: '"createdAt", key', schemas: ['orders', 'payments', 'images'] },
  ),
  inbox: everywhere((schema) => `SELECT consumer, event_id::text AS "eventId" FROM ${schema}.inbox`, {
    order: 'consumer, "eventId"',
  }),
  parked: everywhere(
    (schema) => `SELECT consumer, event_id AS "eventId" FROM ${schema}.parked_event
    WHERE state <> 'dead' AND event_id IS NOT NULL`,
    { order: '"eventId"' },
  ),
  outbox: everywhere(
    (schema) => `SELECT '${schema}' AS schema, event_id AS "eventId", type, subject FROM ${schema}.outbox`,
    { order: '"eventId"' },
  ),
  clock: 'SELECT now()',
};
