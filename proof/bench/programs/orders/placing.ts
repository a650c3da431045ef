/** Placing: claims the keys, writes orders, lines, history and outbox of a whole batch of requests in one statement. */
import type { Client } from 'pg';
import { Batcher } from './batcher.ts';
import { columnsOf, rowsOf, type Statement } from './database.ts';
import { topics, type Line, type Order } from './event.ts';
import { newId } from './id.ts';
import type { Relay } from './relay.ts';

export interface PlaceRequest {
  customer: string;
  key: string;
  /** Of the body. */
  fingerprint: string;
  lines: Omit<Line, 'unitPrice'>[];
  payment: string;
}

const route = 'orders.PlaceOrder';
const mostRequests = 100;
/** In minor units. */
const prices: Readonly<Record<string, number>> = { 'print-10x15': 29, 'print-20x30': 499 };

/** A request whose key exists already writes nothing and is not among the rows returned. */
const place: Statement = {
  name: 'place',
  text: `
    with request as (
      select * from unnest($1::text[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::bigint[], $7::text[], $8::uuid[])
        with ordinality as r(customer, key, fingerprint, id, response, total, payment, event_id, position)),
    claimed as (
      insert into idempotency (customer, route, key, fingerprint, response, recovery_point)
      select customer, '${route}', key, fingerprint, convert_to(response, 'UTF8'), 'settled' from request
      on conflict do nothing returning customer, key),
    fresh as (select request.* from request join claimed using (customer, key)),
    placed as (
      insert into "order" (id, customer, status, total, currency, payment, version, created_at, due_at)
      select id, customer, 'placed', total, 'USD', payment, 1, now(), now() + interval '1 minute' from fresh),
    lines as (
      insert into order_line (order_id, position, image_id, product, quantity, unit_price)
      select line.* from unnest($9::uuid[], $10::int[], $11::uuid[], $12::text[], $13::int[], $14::bigint[])
        as line(order_id, position, image_id, product, quantity, unit_price)
      join fresh on fresh.id = line.order_id),
    history as (
      insert into order_event (order_id, version, event_id, type) select id, 1, event_id, 'order.placed' from fresh),
    event as (
      insert into outbox (event_id, topic, key, type, subject, sequence, value)
      select event_id, '${topics.orders}', customer, 'order.placed', 'orders/' || id, 1, '{"order":' || response || '}'
      from fresh order by position)
    select customer, key from claimed`,
};

const stored: Statement = {
  name: 'stored',
  text: `select fingerprint, convert_from(response, 'UTF8') from idempotency
    where customer = $1 and route = '${route}' and key = $2`,
};

function newOrder({ customer, lines, payment }: PlaceRequest): Order {
  const priced = lines.map((line) => ({ ...line, unitPrice: prices[line.product] ?? Number.NaN }));
  const total = priced.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0);
  return { id: newId(), customer, status: 'placed', version: 1, total, currency: 'USD', payment, lines: priced };
}

const nameOf = ({ customer, key }: Pick<PlaceRequest, 'customer' | 'key'>) => `${customer}\n${key}`;

export class Placing {
  readonly #database: Client;
  readonly #relay: Relay;
  readonly #batcher = new Batcher((requests: readonly PlaceRequest[]) => this.#place(requests), mostRequests);

  constructor(database: Client, relay: Relay) {
    this.#database = database;
    this.#relay = relay;
  }

  /** The response as JSON, the first one for a repeated key; undefined when the key belongs to another body. */
  place(request: PlaceRequest): Promise<string | undefined> {
    return this.#batcher.add(request);
  }

  async #place(requests: readonly PlaceRequest[]): Promise<(string | undefined)[]> {
    const drafts = requests.map((request) => ({ request, order: newOrder(request), position: nameOf(request) }));
    const first = new Map(drafts.toReversed().map((draft) => [draft.position, draft]));
    const texts = new Map([...first.values()].map(({ order }) => [order.id, JSON.stringify(order)]));
    const rows = [...first.values()].map(({ request: { customer, key, fingerprint, payment }, order }) => {
      return [customer, key, fingerprint, order.id, texts.get(order.id), order.total, payment, newId()];
    });
    const lines = [...first.values()].flatMap(({ order: { id, lines } }) =>
      lines.map((line, at) => [id, at, line.imageId, line.product, line.quantity, line.unitPrice]),
    );
    const values = [...columnsOf(rows, 8), ...columnsOf(lines, 6)];
    const claimed = await rowsOf<[customer: string, key: string]>(this.#database, place, values);
    this.#relay.wake();
    const fresh = new Set(claimed.map(([customer, key]) => nameOf({ customer, key })));
    return Promise.all(
      drafts.map(async (draft) => {
        const isFirst = first.get(draft.position) === draft && fresh.has(draft.position);
        return isFirst ? texts.get(draft.order.id) : this.#earlier(draft.request);
      }),
    );
  }

  async #earlier({ customer, key, fingerprint }: PlaceRequest): Promise<string | undefined> {
    const [row] = await rowsOf<[fingerprint: string, response: string]>(this.#database, stored, [customer, key]);
    return row?.[0] === fingerprint ? row[1] : undefined;
  }
}
