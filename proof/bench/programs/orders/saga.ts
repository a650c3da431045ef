/** The steps of orders: one event is one step. A batch of events is one statement that reads and one that writes. */
import type { Client } from 'pg';
import { columnsOf, repeatOnConflict, rowsOf, type Statement } from './database.ts';
import { type Event, type Line, type Order, orderOf, parseEvents, type Status, topics } from './event.ts';
import { newId } from './id.ts';
import type { Relay } from './relay.ts';

/** Type of event → status before and after it. */
const steps: Readonly<Record<string, readonly [from: Status, to: Status]>> = {
  'payment.captured': ['placed', 'paid'],
  'order.paid': ['paid', 'printing'],
  'order.printing': ['printing', 'shipped'],
};

/** Time limit of the next step. */
const dueMs = (status: Status): number | null => (status === 'shipped' ? null : 60_000);

type Loaded = [
  kind: 'event' | 'order',
  id: string,
  customer: string,
  status: Status,
  version: number,
  total: number,
  payment: string,
  lines: Line[],
];

const load: Statement = {
  name: 'load',
  text: `
    select 'event', event_id, null, null, null, null, null, null
    from inbox where consumer = 'orders' and event_id = any($1::uuid[])
    union all
    select 'order', id, customer, status, version, total, payment,
      (select json_agg(json_build_object('imageId', image_id, 'product', product, 'quantity', quantity,
        'unitPrice', unit_price) order by position) from order_line where order_id = id)
    from "order" where id = any($2::uuid[])`,
};

/** Fails by a division by zero when another process has changed one of the orders. */
const save: Statement = {
  name: 'save',
  text: `
    with changed as (
      update "order" set status = new.status, version = new.version,
        due_at = clock_timestamp() + new.due * interval '1 millisecond'
      from unnest($1::uuid[], $2::int[], $3::int[], $4::text[], $5::int[]) as new(id, was, version, status, due)
      where "order".id = new.id and "order".version = new.was returning 1),
    handled as (insert into inbox (consumer, event_id) select 'orders', unnest($6::uuid[])),
    step as (
      select * from unnest($7::uuid[], $8::uuid[], $9::int[], $10::text[], $11::text[], $12::text[])
        with ordinality as s(event_id, order_id, version, type, customer, value, position)),
    history as (
      insert into order_event (order_id, version, event_id, type) select order_id, version, event_id, type from step),
    event as (
      insert into outbox (event_id, topic, key, type, subject, sequence, value)
      select event_id, '${topics.orders}', customer, type, 'orders/' || order_id, version, value
      from step order by position)
    select 1 / ((select count(*) from changed) = cardinality($1))::int`,
};

interface Change {
  was: number;
  order: Order;
  steps: unknown[][];
}

function changeOf([, id, customer, status, version, total, payment, lines]: Loaded): Change {
  return { was: version, order: { id, customer, status, version, total, currency: 'USD', payment, lines }, steps: [] };
}

/** Advances the order if the event is the one it waits for. */
function advance(change: Change, { type }: Event): void {
  const [from, to] = steps[type] ?? [];
  if (!to || change.order.status !== from) return;
  const order = { ...change.order, status: to, version: change.order.version + 1 };
  change.order = order;
  const { id, version, customer } = order;
  change.steps.push([newId(), id, version, `order.${to}`, customer, JSON.stringify({ order })]);
}

/** Advances the orders of a batch of events. */
export const saga =
  (database: Client, relay: Relay) =>
  async (values: readonly Buffer[]): Promise<void> => {
    const events = parseEvents(values).filter(({ type }) => type in steps);
    if (events.length === 0) return;
    await repeatOnConflict(() => advanceAll(database, events));
    relay.wake();
  };

async function advanceAll(database: Client, events: readonly Event[]): Promise<void> {
  const asked = [events.map(({ id }) => id), events.map(orderOf)];
  const rows = await rowsOf<Loaded>(database, load, asked);
  const handled = new Set(rows.flatMap(([kind, id]) => (kind === 'event' ? [id] : [])));
  const changes = new Map(rows.flatMap((row) => (row[0] === 'order' ? [[row[1], changeOf(row)]] : [])));
  const fresh = new Map(events.filter(({ id }) => !handled.has(id)).map((event) => [event.id, event]));
  if (fresh.size === 0) return;
  for (const event of fresh.values()) {
    const change = changes.get(orderOf(event));
    if (!change) throw new Error(`there is no order ${orderOf(event)}`);
    advance(change, event);
  }
  await saveAll(database, [...fresh.keys()], [...changes.values()]);
}

async function saveAll(database: Client, handled: readonly string[], all: readonly Change[]): Promise<void> {
  const changes = all.filter((change) => change.steps.length > 0);
  const orders = changes.map(({ was, order: { id, version, status } }) => [id, was, version, status, dueMs(status)]);
  const written = changes.flatMap((change) => change.steps);
  await rowsOf(database, save, [...columnsOf(orders, 5), handled, ...columnsOf(written, 6)]);
}
