import type { Migration } from '@halftone/postgres';

/**
 * `order_event` is the timeline: one row per event, under the id the event has on Kafka, so the two can be compared.
 * `version` is the number of events of the order.
 */
export const migrations: Migration[] = [
  {
    id: '0001-orders',
    up: `
      CREATE TABLE "order" (
        id uuid PRIMARY KEY,
        customer text NOT NULL,
        status text NOT NULL CHECK (status IN ('placed', 'paid', 'printing', 'shipped', 'cancelled')),
        total bigint NOT NULL CHECK (total >= 0),
        currency text NOT NULL,
        payment text NOT NULL CHECK (payment = 'wallet'),
        version integer NOT NULL CHECK (version > 0),
        reason text CHECK ((reason IS NOT NULL) = (status = 'cancelled')),
        created_at timestamptz NOT NULL
      );
      CREATE INDEX order_of_customer ON "order" (customer, id DESC);

      CREATE TABLE order_line (
        order_id uuid NOT NULL REFERENCES "order",
        position integer NOT NULL,
        image_id uuid NOT NULL,
        product text NOT NULL,
        quantity integer NOT NULL CHECK (quantity > 0),
        unit_price bigint NOT NULL CHECK (unit_price >= 0),
        PRIMARY KEY (order_id, position)
      );

      CREATE TABLE order_event (
        order_id uuid NOT NULL REFERENCES "order",
        version integer NOT NULL,
        event_id uuid NOT NULL UNIQUE,
        type text NOT NULL,
        time timestamptz NOT NULL,
        PRIMARY KEY (order_id, version)
      );
    `,
  },
];
