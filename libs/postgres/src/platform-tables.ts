import type { ErrorCode, ErrorDetail } from '@halftone/kernel';
import type { Generated } from 'kysely';
import type { Migration } from './migration';
import { parkedEventDue, parkedEventTable, parkedTombstoneIndex } from './parked-event-table';

/** Tables that every service schema has. */
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

/** A key is settled once it has a response or a refusal; until then its request is running. */
interface IdempotencyTable {
  customer: string;
  route: string;
  key: string;
  fingerprint: string;
  response: Buffer | null;
  refusal: StoredRefusal | null;
  /** How far work of several transactions has come; `claimed` at first. */
  recovery_point: Generated<string>;
  created_at: Generated<Date>;
  /** From then on a settled key counts as absent; it is deleted later. */
  expires_at: Generated<Date>;
}

/** A stored DomainError. */
export interface StoredRefusal {
  code: ErrorCode;
  message: string;
  details: readonly ErrorDetail[];
}

const outboxInboxIdempotency: Migration = {
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

const idempotencyLifetime: Migration = {
  id: '0000-platform-idempotency-lifetime',
  up: `
    alter table idempotency
      add column refusal jsonb,
      add column recovery_point text not null default 'claimed',
      add column expires_at timestamptz not null default now() + interval '24 hours';
    create index idempotency_expiry on idempotency (expires_at);
    create index inbox_age on inbox (received_at);
  `,
};

/** The first migrations of every schema, in this order. */
export const platformMigrations: readonly Migration[] = [
  outboxInboxIdempotency,
  idempotencyLifetime,
  parkedEventTable,
  parkedEventDue,
  parkedTombstoneIndex,
];
