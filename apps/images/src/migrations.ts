import type { Migration } from '@halftone/postgres';

/**
 * `blob.bytes` is stored uncompressed (EXTERNAL), because pictures are compressed already.
 * A job row exists only while work is left. `job.lease_until` is null until the first take; a time in the past means free.
 * `job.turn` implements start-time fair queueing. It is one more than the customer's last turn, but at least the lowest
 * turn in the queue. So each customer has one job per turn, and a new customer starts at the current turn.
 */
export const migrations: Migration[] = [
  {
    id: '0001-images',
    up: `
      CREATE TABLE image (
        id uuid PRIMARY KEY,
        customer text NOT NULL,
        status text NOT NULL CHECK (status IN ('queued', 'processing', 'ready', 'failed')),
        content_type text NOT NULL,
        size integer NOT NULL CHECK (size > 0),
        width integer NOT NULL CHECK (width > 0),
        height integer NOT NULL CHECK (height > 0),
        progress integer NOT NULL CHECK (progress BETWEEN 0 AND 100),
        step text NOT NULL,
        reason text CHECK ((reason IS NOT NULL) = (status = 'failed')),
        version integer NOT NULL,
        created_at timestamptz NOT NULL
      );
      CREATE INDEX image_of_customer ON image (customer, id DESC);

      CREATE TABLE blob (
        image_id uuid NOT NULL REFERENCES image,
        name text NOT NULL,
        content_type text NOT NULL,
        width integer NOT NULL,
        height integer NOT NULL,
        size integer NOT NULL,
        bytes bytea NOT NULL,
        PRIMARY KEY (image_id, name)
      );
      ALTER TABLE blob ALTER COLUMN bytes SET STORAGE EXTERNAL;

      CREATE TABLE job (
        image_id uuid PRIMARY KEY REFERENCES image,
        lease_until timestamptz NOT NULL,
        fence integer NOT NULL DEFAULT 0,
        attempts integer NOT NULL DEFAULT 0,
        traceparent text
      );
      CREATE INDEX job_by_lease ON job (lease_until);
    `,
  },
  {
    id: '0002-cancelled',
    up: `
      ALTER TABLE image DROP CONSTRAINT image_status_check;
      ALTER TABLE image ADD CONSTRAINT image_status_check
        CHECK (status IN ('queued', 'processing', 'ready', 'failed', 'cancelled'));
    `,
  },
  {
    id: '0003-turns',
    // A process of the previous version inserts jobs without these columns; the defaults make them free immediately.
    up: `
      ALTER TABLE job
        ADD COLUMN customer text NOT NULL DEFAULT '',
        ADD COLUMN turn bigint NOT NULL DEFAULT 0,
        ALTER COLUMN lease_until DROP NOT NULL;
      UPDATE job SET customer = image.customer FROM image WHERE image.id = job.image_id;
      CREATE INDEX job_waiting ON job (turn, image_id) WHERE lease_until IS NULL;
      CREATE INDEX job_by_turn ON job (turn);
      CREATE INDEX job_of_customer ON job (customer, turn);
    `,
  },
  {
    id: '0004-failure-codes',
    up: 'ALTER TABLE image ADD COLUMN failure_code text',
  },
];
