import type { Migration } from '@halftone/postgres';

/**
 * The ledger is double-entry: a transaction's entries sum to zero when it is written (constraint trigger) and a wallet never goes below
 * zero (check). The trigger looks at inserts only; changing an entry afterwards is what `verify` finds.
 * `ledger_transaction.reference` is what makes a posting happen once: it is derived from its cause, never random per try.
 * `account.balance` is the sum of the account's entries, kept with them in one transaction.
 *
 * An order has any number of declined payments and at most one other (`payment_of_open_order`). `payment.refunded` is the sum of its
 * completed refunds. `bank_operation` is what the bank has to be asked, stored before it is asked; `fence` counts who took it, and only the
 * latest to take it may write its end. `sent_until` is when the last message that was sent expires, null while none was; `claim` names the
 * idempotency key whose request waits for it.
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
  {
    id: '0002-bank-and-refunds',
    up: `
      ALTER TABLE ledger_transaction
        DROP CONSTRAINT ledger_transaction_kind_check,
        ADD CONSTRAINT ledger_transaction_kind_check CHECK (kind IN ('seed', 'payment', 'transfer', 'refund'));

      ALTER TABLE payment
        DROP CONSTRAINT payment_order_id_key,
        DROP CONSTRAINT payment_status_check,
        ADD CONSTRAINT payment_status_check CHECK (status IN ('pending', 'captured', 'declined')),
        ADD COLUMN method text NOT NULL DEFAULT 'wallet' CHECK (method IN ('wallet', 'bank')),
        ADD COLUMN refunded bigint NOT NULL DEFAULT 0,
        ADD CONSTRAINT refunded_within_capture CHECK (refunded >= 0 AND refunded <= amount AND (refunded = 0 OR status = 'captured'));
      CREATE INDEX payment_of_order ON payment (order_id);
      CREATE UNIQUE INDEX payment_of_open_order ON payment (order_id) WHERE status IN ('pending', 'captured');

      CREATE TABLE refund (
        id uuid PRIMARY KEY,
        payment_id uuid NOT NULL REFERENCES payment,
        order_id uuid,
        customer text NOT NULL,
        status text NOT NULL CHECK (status IN ('pending', 'completed', 'failed')),
        amount bigint NOT NULL CHECK (amount > 0),
        currency text NOT NULL,
        reason text NOT NULL,
        transaction_id uuid UNIQUE REFERENCES ledger_transaction CHECK ((transaction_id IS NOT NULL) = (status = 'completed')),
        created_at timestamptz NOT NULL
      );
      CREATE INDEX refund_of_payment ON refund (payment_id, id);

      CREATE TABLE bank_operation (
        reference text PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('debit', 'credit')),
        payment_id uuid NOT NULL REFERENCES payment,
        refund_id uuid UNIQUE REFERENCES refund CHECK ((refund_id IS NOT NULL) = (kind = 'credit')),
        customer text NOT NULL,
        amount bigint NOT NULL CHECK (amount > 0),
        currency text NOT NULL,
        description text NOT NULL,
        state text NOT NULL CHECK (state IN ('waiting', 'done', 'refused')),
        refusal text CHECK ((refusal IS NOT NULL) = (state = 'refused')),
        bank_transaction_id text UNIQUE CHECK ((bank_transaction_id IS NOT NULL) = (state = 'done')),
        fence bigint NOT NULL,
        lease_until timestamptz NOT NULL,
        attempts int NOT NULL,
        next_try_at timestamptz NOT NULL,
        sent_until timestamptz,
        claim jsonb,
        traceparent text,
        created_at timestamptz NOT NULL
      );
      CREATE UNIQUE INDEX bank_operation_of_payment ON bank_operation (payment_id) WHERE kind = 'debit';
      CREATE INDEX bank_operation_waiting ON bank_operation (next_try_at) WHERE state = 'waiting';

      INSERT INTO account (id, currency) VALUES ('bank:clearing', 'USD');
    `,
  },
];
