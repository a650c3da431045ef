import type { Migration } from '@halftone/postgres';

/**
 * The ledger is double-entry: a transaction's entries sum to zero when it is written (constraint trigger) and a wallet never goes below
 * zero (check). The trigger looks at inserts only; changing an entry afterwards is what `verify` finds.
 * `ledger_transaction.reference` is what makes a posting happen once: it is derived from its cause, never random per try.
 * `account.balance` is the sum of the account's entries, kept with them in one transaction.
 */
export const migrations: Migration[] = [
  {
    id: '0001-payments',
    up: `
      CREATE TABLE customer (
        id text PRIMARY KEY,
        name text NOT NULL,
        role text NOT NULL CHECK (role IN ('customer', 'operator')),
        password_hash text NOT NULL
      );

      CREATE TABLE account (
        id text PRIMARY KEY,
        customer text UNIQUE REFERENCES customer,
        currency text NOT NULL,
        balance bigint NOT NULL DEFAULT 0,
        CONSTRAINT wallet_never_negative CHECK (customer IS NULL OR balance >= 0)
      );

      CREATE TABLE ledger_transaction (
        id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('seed', 'payment', 'transfer')),
        reference text NOT NULL UNIQUE,
        created_at timestamptz NOT NULL
      );

      CREATE TABLE ledger_entry (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        transaction_id uuid NOT NULL REFERENCES ledger_transaction,
        account_id text NOT NULL REFERENCES account,
        amount bigint NOT NULL CHECK (amount <> 0),
        created_at timestamptz NOT NULL
      );
      CREATE INDEX ledger_entry_of_transaction ON ledger_entry (transaction_id);
      CREATE INDEX ledger_entry_of_account ON ledger_entry (account_id);

      CREATE FUNCTION ledger_transaction_must_balance() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
        BEGIN
          IF (SELECT sum(amount) FROM ledger_entry WHERE transaction_id = NEW.transaction_id) <> 0 THEN
            RAISE EXCEPTION 'ledger transaction % does not sum to zero', NEW.transaction_id USING ERRCODE = 'check_violation';
          END IF;
          RETURN NULL;
        END
      $$;
      CREATE CONSTRAINT TRIGGER ledger_transaction_balances AFTER INSERT ON ledger_entry
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_transaction_must_balance();

      CREATE TABLE payment (
        id uuid PRIMARY KEY,
        customer text NOT NULL,
        order_id uuid UNIQUE,
        status text NOT NULL CHECK (status IN ('captured', 'declined')),
        amount bigint NOT NULL CHECK (amount > 0),
        currency text NOT NULL,
        description text NOT NULL,
        reason text CHECK ((reason IS NOT NULL) = (status = 'declined')),
        transaction_id uuid UNIQUE REFERENCES ledger_transaction CHECK ((transaction_id IS NOT NULL) = (status = 'captured')),
        created_at timestamptz NOT NULL
      );
      CREATE INDEX payment_of_customer ON payment (customer, id DESC);

      CREATE TABLE transfer (
        id uuid PRIMARY KEY,
        sender text NOT NULL REFERENCES customer,
        recipient text NOT NULL REFERENCES customer CHECK (recipient <> sender),
        amount bigint NOT NULL CHECK (amount > 0),
        currency text NOT NULL,
        transaction_id uuid NOT NULL UNIQUE REFERENCES ledger_transaction,
        created_at timestamptz NOT NULL
      );

      INSERT INTO account (id, currency) VALUES ('equity:opening', 'USD'), ('shop:revenue', 'USD');
    `,
  },
];
