/** A database of its own with empty tables, topics, and customers with enough money for every order. */
import { Client } from 'pg';
import { topics } from './event.ts';
import { openKafka } from './kafka.ts';
import { readSettings, type LimitSettings } from './settings.ts';
import { tables } from './tables.ts';

interface SetUp extends LimitSettings {
  customers: string[];
}

const wallet = 100_000_000;
const partitions = 6;

async function withClient(url: string, work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

/** The URL names the database that is made. */
async function makeDatabase(databaseUrl: string): Promise<void> {
  const server = new URL(databaseUrl);
  const name = server.pathname.slice(1);
  server.pathname = '/postgres';
  await withClient(server.href, async (client) => {
    await client.query(`drop database if exists "${name}"`);
    await client.query(`create database "${name}"`);
  });
  await withClient(databaseUrl, async (client) => {
    for (const [schema, text] of Object.entries(tables)) {
      await client.query(`create schema ${schema}; set search_path to ${schema}; ${text}`);
    }
  });
}

/** One ledger transaction, whose entries sum to zero. */
const fund = `
  with named as (insert into customer select id, id from unnest($1::text[]) as id),
  opening as (insert into account (id, currency, balance)
    values ('equity:opening', 'USD', -cardinality($1) * $2::bigint), ('shop:revenue', 'USD', 0)),
  wallets as (insert into account (id, customer, currency, balance)
    select 'wallet:' || id, id, 'USD', $2 from unnest($1) as id),
  transaction as (insert into ledger_transaction (id, kind, reference)
    values (gen_random_uuid(), 'seed', 'seed') returning id)
  insert into ledger_entry (transaction_id, account_id, amount)
    select transaction.id, 'wallet:' || customer, $2 from transaction, unnest($1) as customer
    union all select id, 'equity:opening', -cardinality($1) * $2 from transaction`;

async function makeTopics(brokers: readonly string[]): Promise<void> {
  const admin = openKafka(brokers, 'limit-set-up').admin();
  await admin.connect();
  await admin.createTopics({
    topics: Object.values(topics).map((topic) => ({ topic, numPartitions: partitions })),
    waitForLeaders: true,
  });
  await admin.disconnect();
}

const { databaseUrl, brokers, customers } = await readSettings<SetUp>();
await makeDatabase(databaseUrl);
await withClient(databaseUrl, async (client) => {
  await client.query('set search_path to payments');
  await client.query(fund, [customers, wallet]);
});
await makeTopics(brokers);
process.exit(0);
