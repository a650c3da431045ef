/** What must hold after a run, as counts of what is wrong: all are 0, else the run does not count. */
import { Client } from 'pg';
import { readSettings } from './settings.ts';

const checks: Readonly<Record<string, string>> = {
  'sum of the ledger': 'select coalesce(sum(amount), 0) from payments.ledger_entry',
  'balances that are not the sum of their entries': `
    select count(*) from payments.account
    where balance <> (select coalesce(sum(amount), 0) from payments.ledger_entry where account_id = account.id)`,
  'orders that are not shipped': `select count(*) from orders."order" where status <> 'shipped'`,
  'orders whose history is not the four events': `
    select count(*) from (
      select 1 from orders.order_event group by order_id
      having array_agg(type order by version) <> '{order.placed,order.paid,order.printing,order.shipped}') as other`,
  'orders that were not captured exactly once': `
    select count(*) from orders."order" o where 1 <> (
      select count(*) from payments.payment where order_id = o.id and status = 'captured' and amount = o.total)`,
  'channels with a gap in their sequence': `
    select count(*) from notifications.channel c where last_seq <> all (
      select unnest(array[count(*), max(seq)]) from notifications.notification where channel = c.name)`,
  'events with two notifications': `
    select count(*) from (
      select 1 from notifications.notification group by source_event_id having count(*) > 1) as twice`,
  'events that were not published': `
    select (select count(*) from orders.outbox) + (select count(*) from payments.outbox)
      + (select count(*) from notifications.outbox)`,
};

const client = new Client({ connectionString: (await readSettings()).databaseUrl });
await client.connect();
const counts: Record<string, number> = {};
for (const [name, text] of Object.entries(checks)) {
  const { rows } = await client.query<[string]>({ text, rowMode: 'array' });
  counts[name] = Number(rows[0]?.[0]);
}
await client.end();
process.stdout.write(`${JSON.stringify(counts)}\n`);
