import type { Migration } from '@halftone/postgres';

/**
 * `blob.bytes` is stored as it is (EXTERNAL): pictures are compressed already.
 * `job.lease_until` in the past means free; a job row lives only while there is work left.
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
];
