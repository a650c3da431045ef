import type { Generated } from 'kysely';
import type { Migration } from './migrations';

/** Tables every service schema has, whatever else it owns. */
export interface PlatformTables {
  outbox: OutboxTable;
  inbox: { consumer: string; event_id: string; received_at: Generated<Date> };
  idempotency: IdempotencyTable;
}

interface OutboxTable {
  id: Generated<number>;
  event_id: string;
  topic: string;
  key: string;
  type: string;
  subject: string;
  sequence: number;
  value: Buffer;
  traceparent: string | null;
  time: Date;
}

interface IdempotencyTable {
  customer: string;
  route: string;
  key: string;
  fingerprint: string;
  response: Buffer | null;
  created_at: Generated<Date>;
}

/** Always the first migration of a schema. */
export const platformTables: Migration = {
  id: '0000-platform',
  up: `
    create table outbox (
      id bigint generated always as identity primary key,
      event_id uuid unique not null,
      topic text not null,
      key text not null,
      type text not null,
      subject text not null,
      sequence int not null,
      value bytea not null,
      traceparent text,
      time timestamptz not null
    );
    create table inbox (
      consumer text,
      event_id uuid,
      received_at timestamptz not null default now(),
      primary key (consumer, event_id)
    );
    create table idempotency (
      customer text,
      route text,
      key text,
      fingerprint text not null,
      response bytea,
      created_at timestamptz not null default now(),
      primary key (customer, route, key)
    );
  `,
};
