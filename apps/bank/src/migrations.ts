import type { Migration } from '@halftone/postgres';

/**
 * `transaction.reference` is the client's id of one movement of money. It is unique, so money moves at most once. Refusals
 * are stored as well, so a reference never has two meanings. `account` is the customer's; the other side is the shop's.
 * Customers don't wait for each other: `given` is what a customer paid to the shop and did not get back, and the shop's
 * balance is the sum of `given`. The shop's row is never updated, and a credit returns at most what the customer gave.
 * `nonce` has the nonces and signatures of accepted messages, until their timestamp expires. `behaviour` is one row.
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
  {
    id: '0002-no-shared-balance',
    up: `
      ALTER TABLE account
        ALTER COLUMN balance DROP NOT NULL,
        ADD COLUMN given bigint NOT NULL DEFAULT 0 CHECK (given >= 0);
      UPDATE account SET given = coalesce((
        SELECT sum(CASE kind WHEN 'debit' THEN amount ELSE -amount END) FROM transaction
        WHERE transaction.account = account.id AND state = 'booked'), 0);
      UPDATE account SET balance = NULL, given = 0 WHERE id = 'halftone';
      ALTER TABLE account ADD CONSTRAINT only_customers_hold_a_balance CHECK ((id = 'halftone') = (balance IS NULL));
    `,
  },
];
