/**
 * The tables that an order touches in Halftone, with the same constraints and indexes, one schema per process
 * (libs/postgres/src/platform-tables.ts and apps/*\/src/migrations.ts). The outbox has JSON instead of protobuf.
 */
const platform = `
  create table outbox (
    id bigint generated always as identity primary key, event_id uuid not null unique,
    topic text not null, key text not null, type text not null, subject text not null, sequence integer not null,
    value text not null, traceparent text, time timestamptz not null default now());
  create table inbox (
    consumer text, event_id uuid, received_at timestamptz not null default now(), primary key (consumer, event_id));
  create index inbox_age on inbox (received_at);
  create table idempotency (
    customer text, route text, key text, fingerprint text not null, response bytea, refusal jsonb,
    recovery_point text not null default 'claimed', created_at timestamptz not null default now(),
    expires_at timestamptz not null default now() + interval '24 hours', primary key (customer, route, key));
  create index idempotency_expiry on idempotency (expires_at);`;

const orders = `
  create table "order" (
    id uuid primary key, customer text not null,
    status text not null check (status in
      ('placed', 'paid', 'payment_failed', 'printing', 'shipped', 'cancelled', 'refunding', 'refunded')),
    total bigint not null check (total >= 0), currency text not null,
    payment text not null check (payment in ('wallet', 'bank')), version integer not null check (version > 0),
    reason text, created_at timestamptz not null, due_at timestamptz,
    check ((reason is not null) = (status in ('payment_failed', 'cancelled', 'refunding', 'refunded'))));
  create index order_of_customer on "order" (customer, id desc);
  create index order_due on "order" (due_at) where due_at is not null;
  create table order_line (
    order_id uuid not null references "order", position integer not null, image_id uuid not null,
    product text not null, quantity integer not null check (quantity > 0),
    unit_price bigint not null check (unit_price >= 0), primary key (order_id, position));
  create table order_event (
    order_id uuid not null references "order", version integer not null, event_id uuid not null unique,
    type text not null, time timestamptz not null default now(), trace_id text, reason text,
    primary key (order_id, version));`;

const payments = `
  create table customer (id text primary key, name text not null);
  create table account (
    id text primary key, customer text unique references customer, currency text not null,
    balance bigint not null default 0, constraint wallet_never_negative check (customer is null or balance >= 0));
  create table ledger_transaction (
    id uuid primary key, kind text not null check (kind in ('seed', 'payment', 'transfer', 'refund')),
    reference text not null unique, created_at timestamptz not null default now());
  create table ledger_entry (
    id bigint generated always as identity primary key,
    transaction_id uuid not null references ledger_transaction, account_id text not null references account,
    amount bigint not null check (amount <> 0), created_at timestamptz not null default now());
  create index ledger_entry_of_transaction on ledger_entry (transaction_id);
  create index ledger_entry_of_account on ledger_entry (account_id);
  create function transaction_must_balance() returns trigger language plpgsql set search_path from current as $$
    begin
      if (select sum(amount) from ledger_entry where transaction_id = new.transaction_id) <> 0 then
        raise exception 'transaction % does not sum to zero', new.transaction_id using errcode = 'check_violation';
      end if;
      return null;
    end $$;
  create constraint trigger transaction_balances after insert on ledger_entry
    deferrable initially deferred for each row execute function transaction_must_balance();
  create table payment (
    id uuid primary key, customer text not null, order_id uuid,
    status text not null check (status in ('pending', 'captured', 'declined')),
    amount bigint not null check (amount > 0), currency text not null, description text not null,
    reason text check ((reason is not null) = (status = 'declined')),
    method text not null default 'wallet' check (method in ('wallet', 'bank')), refunded bigint not null default 0,
    transaction_id uuid unique references ledger_transaction check ((transaction_id is not null) = (status = 'captured')),
    created_at timestamptz not null default now(),
    check (refunded >= 0 and refunded <= amount and (refunded = 0 or status = 'captured')));
  create index payment_of_customer on payment (customer, id desc);
  create index payment_of_order on payment (order_id);
  create unique index payment_of_open_order on payment (order_id) where status in ('pending', 'captured');`;

const notifications = `
  create table channel (name text primary key, last_seq bigint not null check (last_seq > 0));
  create table notification (
    id uuid primary key, channel text not null references channel, seq bigint not null, type text not null,
    subject text not null, time timestamptz not null default now(), data jsonb not null, source_event_id uuid,
    unique (channel, seq));
  create table latest (channel text, subject text, seq bigint not null, primary key (channel, subject));
  create index latest_first on latest (channel, seq);`;

/** Schema → its tables. */
export const tables = {
  orders: platform + orders,
  payments: platform + payments,
  notifications: platform + notifications,
};
