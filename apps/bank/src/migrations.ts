import type { Migration } from '@halftone/postgres';

/**
 * `transaction.reference` is the client's word for one movement of money, and unique: that is what makes it happen once. What was refused is
 * kept as well, so that a reference never means two things. `account` is the customer's; the other side is always the shop's.
 * `nonce` holds what proves that a message was taken, until its timestamp alone refuses it. `behaviour` is one row.
 */
export const migrations: Migration[] = [
  {
    id: '0001-bank',
    up: `
      CREATE TABLE account (
        id text PRIMARY KEY,
        holder text NOT NULL,
        currency text NOT NULL,
        opening bigint NOT NULL,
        balance bigint NOT NULL CHECK (balance >= 0)
      );

      CREATE TABLE transaction (
        id uuid PRIMARY KEY,
        reference text NOT NULL UNIQUE,
        kind text NOT NULL CHECK (kind IN ('debit', 'credit')),
        account text NOT NULL,
        amount bigint NOT NULL CHECK (amount > 0),
        currency text NOT NULL,
        description text NOT NULL,
        state text NOT NULL CHECK (state IN ('booked', 'refused')),
        refusal text CHECK ((refusal IS NOT NULL) = (state = 'refused')),
        booked_at timestamptz NOT NULL
      );
      CREATE INDEX transaction_of_account ON transaction (account, id DESC);

      CREATE TABLE nonce (
        value text PRIMARY KEY,
        expires_at timestamptz NOT NULL
      );
      CREATE INDEX nonce_expired ON nonce (expires_at);

      CREATE TABLE behaviour (
        singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
        latency_ms integer NOT NULL DEFAULT 0,
        error_rate double precision NOT NULL DEFAULT 0,
        drop_reply_rate double precision NOT NULL DEFAULT 0,
        down boolean NOT NULL DEFAULT false,
        hang boolean NOT NULL DEFAULT false
      );
      INSERT INTO behaviour DEFAULT VALUES;
    `,
  },
];
