import type { Migration } from '@halftone/postgres';

/** `channel.last_seq` is the only source of sequence numbers; a database sequence would leave gaps after a rollback. */
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
  {
    id: '0002-latest',
    up: `
      CREATE TABLE latest (
        channel text NOT NULL,
        subject text NOT NULL,
        seq bigint NOT NULL,
        PRIMARY KEY (channel, subject)
      );
      CREATE INDEX latest_first ON latest (channel, seq);
      INSERT INTO latest SELECT channel, subject, max(seq) FROM notification GROUP BY channel, subject;
    `,
  },
  {
    // Counts existing notifications as well, so that the totals cover the whole shop.
    id: '0003-gallery',
    up: `
      ALTER TABLE notification ALTER COLUMN source_event_id DROP NOT NULL;
      CREATE TABLE gallery_due (
        notification_id uuid PRIMARY KEY,
        kind text NOT NULL
      );
      INSERT INTO gallery_due SELECT id, CASE type
        WHEN 'order.paid' THEN 'orders-paid' WHEN 'order.shipped' THEN 'orders-shipped' ELSE 'photos-ready' END
      FROM notification WHERE type IN ('order.paid', 'order.shipped', 'image.ready');
    `,
  },
  {
    id: '0004-chat',
    up: `
      CREATE TABLE chat_room (
        name text PRIMARY KEY,
        last_seq bigint NOT NULL
      );
      CREATE TABLE chat_message (
        id uuid PRIMARY KEY,
        room text NOT NULL REFERENCES chat_room,
        seq bigint NOT NULL,
        sender text NOT NULL,
        client_id text NOT NULL,
        text text NOT NULL,
        time timestamptz NOT NULL,
        UNIQUE (room, seq),
        UNIQUE (room, sender, client_id)
      );
      CREATE INDEX chat_message_pace ON chat_message (sender, time);
    `,
  },
];
