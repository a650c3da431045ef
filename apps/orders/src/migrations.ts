import type { Migration } from '@halftone/postgres';

/**
 * `order_event` is the timeline: one row per event, with the event's Kafka id, so that both can be compared.
 * `version` is the number of events of the order. `due_at` is the time limit of the current step, by the database clock;
 * null means no limit. A product without a row in `product_availability` is available.
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
  {
    id: '0002-setbacks',
    up: `
      ALTER TABLE "order"
        DROP CONSTRAINT order_status_check,
        DROP CONSTRAINT order_payment_check,
        DROP CONSTRAINT order_check,
        ADD COLUMN due_at timestamptz,
        ADD CONSTRAINT order_status_check CHECK (status IN (
          'placed', 'paid', 'payment_failed', 'printing', 'shipped', 'cancelled', 'refunding', 'refunded')),
        ADD CONSTRAINT order_payment_check CHECK (payment IN ('wallet', 'bank')),
        ADD CONSTRAINT order_reason_check
          CHECK ((reason IS NOT NULL) = (status IN ('payment_failed', 'cancelled', 'refunding', 'refunded')));
      UPDATE "order" SET due_at = now() + interval '1 minute' WHERE status IN ('placed', 'paid', 'printing');
      CREATE INDEX order_due ON "order" (due_at) WHERE due_at IS NOT NULL;

      ALTER TABLE order_event ADD COLUMN trace_id text, ADD COLUMN reason text;
      UPDATE order_event SET reason = "order".reason
        FROM "order" WHERE id = order_id AND order_event.type = 'order.cancelled';

      CREATE TABLE product_availability (
        product text PRIMARY KEY,
        available boolean NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT now()
      );
    `,
  },
];
