import type { Migration } from '@halftone/postgres';

/** `channel.last_seq` is the one place sequence numbers come from; a database sequence would leave gaps after a rollback. */
export const migrations: Migration[] = [
  {
    id: '0001-notifications',
    up: `
      CREATE TABLE channel (
        name text PRIMARY KEY,
        last_seq bigint NOT NULL CHECK (last_seq > 0)
      );

      CREATE TABLE notification (
        id uuid PRIMARY KEY,
        channel text NOT NULL REFERENCES channel,
        seq bigint NOT NULL,
        type text NOT NULL,
        subject text NOT NULL,
        time timestamptz NOT NULL,
        data jsonb NOT NULL,
        source_event_id uuid NOT NULL,
        UNIQUE (channel, seq)
      );
    `,
  },
];
