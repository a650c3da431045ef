/** Payments from wallets: a batch of orders is one statement that reads and one that writes. */
import type { Client } from 'pg';
import { columnsOf, repeatOnConflict, rowsOf, type Statement } from './database.ts';
import { type Event, type Order, type Payment, parseEvents, topics } from './event.ts';
import { newId } from './id.ts';
import type { Relay } from './relay.ts';

const revenue = 'shop:revenue';
const walletOf = (customer: string): string => `wallet:${customer}`;

type Loaded = [kind: 'event' | 'order' | 'account', id: string, balance: number];

const load: Statement = {
  name: 'load',
  text: `
    select 'event', event_id::text, null::bigint
    from inbox where consumer = 'payments' and event_id = any($1::uuid[])
    union all select 'order', order_id::text, null from payment where order_id = any($2::uuid[])
    union all select 'account', id, balance from account where id = any($3::text[])`,
};

/** Fails by a division by zero when another process has changed one of the balances. */
const save: Statement = {
  name: 'save',
  text: `
    with changed as (
      update account set balance = new.balance from unnest($1::text[], $2::bigint[], $3::bigint[]) as new(id, was, balance)
      where account.id = new.id and account.balance = new.was returning 1),
    handled as (insert into inbox (consumer, event_id) select 'payments', unnest($4::uuid[])),
    new as (
      select *, case when reason is null then 'captured' else 'declined' end as status
      from unnest($5::uuid[], $6::uuid[], $7::uuid[], $8::uuid[], $9::text[], $10::bigint[], $11::text[], $12::text[])
        with ordinality as p(id, transaction_id, order_id, event_id, customer, amount, reason, value, position)),
    transaction as (
      insert into ledger_transaction (id, kind, reference)
      select transaction_id, 'payment', 'order:' || order_id from new where reason is null),
    entry as (
      insert into ledger_entry (transaction_id, account_id, amount)
      select transaction_id, side.account, side.amount
      from new, lateral (values ('wallet:' || customer, -amount), ('${revenue}', amount)) as side(account, amount)
      where reason is null order by position),
    paid as (
      insert into payment (id, customer, order_id, status, amount, currency, description, reason, transaction_id)
      select id, customer, order_id, status, amount, 'USD', 'order ' || order_id, reason,
        case when reason is null then transaction_id end from new),
    event as (
      insert into outbox (event_id, topic, key, type, subject, sequence, value)
      select event_id, '${topics.payments}', customer, 'payment.' || status, 'payments/' || id, 1, value
      from new order by position)
    select 1 / ((select count(*) from changed) = cardinality($1))::int`,
};

interface Placed {
  id: string;
  order: Order;
}

const placedOf = ({ id, type, data }: Event): Placed[] =>
  type === 'order.placed' && 'order' in data ? [{ id, order: data.order }] : [];

interface Account {
  was: number;
  balance: number;
}

/** Moves the money if the wallet has enough. */
function pay({ id: orderId, customer, total: amount }: Order, accounts: Map<string, Account>): Payment {
  const [wallet, shop] = [accounts.get(walletOf(customer)), accounts.get(revenue)];
  if (!wallet || !shop) throw new Error(`${customer} has no wallet`);
  const base = { id: newId(), orderId, customer, amount, currency: 'USD' };
  if (wallet.balance < amount) return { ...base, status: 'declined', reason: 'INSUFFICIENT_FUNDS' };
  wallet.balance -= amount;
  shop.balance += amount;
  return { ...base, status: 'captured', reason: null };
}

const rowOf = (payment: Payment) => {
  const { id, orderId, customer, amount, reason } = payment;
  return [id, newId(), orderId, newId(), customer, amount, reason, JSON.stringify({ payment })];
};

/** Pays the placed orders of a batch of events. */
export const walletPayments =
  (database: Client, relay: Relay) =>
  async (values: readonly Buffer[]): Promise<void> => {
    const placed = parseEvents(values).flatMap(placedOf);
    if (placed.length === 0) return;
    await repeatOnConflict(() => payAll(database, placed));
    relay.wake();
  };

async function payAll(database: Client, placed: readonly Placed[]): Promise<void> {
  const wallets = [...new Set(placed.map(({ order }) => walletOf(order.customer))), revenue];
  const asked = [placed.map(({ id }) => id), placed.map(({ order }) => order.id), wallets];
  const rows = await rowsOf<Loaded>(database, load, asked);
  const known = new Set(rows.flatMap(([kind, id]) => (kind === 'account' ? [] : [id])));
  const accounts = new Map(
    rows.flatMap(([kind, id, balance]) => (kind === 'account' ? [[id, { was: balance, balance }]] : [])),
  );
  const fresh = new Map(placed.filter(({ id }) => !known.has(id)).map((one) => [one.id, one.order]));
  if (fresh.size === 0) return;
  const unpaid = new Map([...fresh.values()].filter(({ id }) => !known.has(id)).map((order) => [order.id, order]));
  const payments = [...unpaid.values()].map((order) => rowOf(pay(order, accounts)));
  const changed = [...accounts].filter(([, { was, balance }]) => was !== balance);
  const balances = changed.map(([id, { was, balance }]) => [id, was, balance]);
  await rowsOf(database, save, [...columnsOf(balances, 3), [...fresh.keys()], ...columnsOf(payments, 8)]);
}
