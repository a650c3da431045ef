import type { Migration } from '@halftone/postgres';

/**
 * The ledger is double-entry: a constraint trigger makes a transaction's entries sum to zero, a check keeps wallets from going negative.
 * The trigger checks inserts only; `verify` finds entries that were changed later.
 * `ledger_transaction.reference` makes a posting happen once: it derives from the cause and is never random per attempt.
 *
 * No customer waits for another. Only a wallet has a balance, and only its own customer's payments and transfers wait for its row.
 * The balance of a shop account is the sum of its entries; its row is never updated. A credit to a wallet is a row of `account_credit`;
 * the next transaction that locks the wallet adds it to the balance. So `account.balance` plus the `account_credit` rows of a wallet
 * is the sum of its entries.
 *
 * An order has any number of declined payments and at most one other (`payment_of_open_order`). `payment.refunded` is the sum of its
 * completed refunds. `refund.ordered_by` is null for refunds from before it was recorded. `refund.request_key` is the idempotency key
 * that the refund answers; null for a refund of the saga until a request gets it as answer. `refund_request.amount` is null for
 * the remainder.
 *
 * A `bank_operation` is stored before the first message to the bank. `fence` counts its leases, and only the latest lease may write
 * the outcome. `sent_until` is when the last sent message expires; null while none was sent. `claim` is the idempotency key of the
 * request that waits for the outcome.
 *
 * A `token_family` is one sign-in. `generation` counts its refresh tokens; only the newest is valid.
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
  {
    id: '0003-no-shared-balance',
    up: `
      ALTER TABLE account ALTER COLUMN balance DROP NOT NULL, ALTER COLUMN balance DROP DEFAULT;
      UPDATE account SET balance = NULL WHERE customer IS NULL;
      ALTER TABLE account ADD CONSTRAINT only_wallets_hold_a_balance CHECK ((customer IS NULL) = (balance IS NULL));

      CREATE TABLE account_credit (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        account_id text NOT NULL REFERENCES account,
        amount bigint NOT NULL CHECK (amount > 0)
      );
      CREATE INDEX account_credit_of_account ON account_credit (account_id);
    `,
  },
  {
    id: '0004-who-ordered-a-refund',
    up: `
      ALTER TABLE refund
        ADD COLUMN ordered_by text CHECK (ordered_by IN ('owner', 'operator', 'saga')),
        ADD COLUMN principal text CHECK ((principal IS NULL) = (ordered_by = 'saga')),
        ADD COLUMN request_key text;
    `,
  },
  {
    id: '0005-token-families',
    up: `
      CREATE TABLE token_family (
        id uuid PRIMARY KEY,
        customer text NOT NULL REFERENCES customer,
        generation int NOT NULL CHECK (generation >= 1),
        rotated_at timestamptz NOT NULL,
        rotated_by text,
        revoked_at timestamptz,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL
      );
      CREATE INDEX token_family_expires ON token_family (expires_at);
    `,
  },
  {
    id: '0006-refund-requests',
    up: `
      CREATE TABLE refund_request (
        id uuid PRIMARY KEY,
        payment_id uuid NOT NULL REFERENCES payment,
        order_id uuid,
        customer text NOT NULL,
        status text NOT NULL CHECK (status IN ('open', 'approved', 'refused')),
        amount bigint CHECK (amount > 0),
        currency text NOT NULL,
        reason text NOT NULL,
        answered_by text CHECK ((answered_by IS NULL) = (status = 'open')),
        answered_at timestamptz CHECK ((answered_at IS NULL) = (status = 'open')),
        answer text CHECK ((answer IS NOT NULL) = (status = 'refused')),
        refund_id uuid UNIQUE REFERENCES refund CHECK ((refund_id IS NOT NULL) = (status = 'approved')),
        created_at timestamptz NOT NULL
      );
      CREATE UNIQUE INDEX refund_request_open ON refund_request (payment_id) WHERE status = 'open';
      CREATE INDEX refund_request_of_payment ON refund_request (payment_id, id DESC);
      CREATE INDEX refund_request_of_customer ON refund_request (customer, id DESC);
      CREATE INDEX refund_request_by_status ON refund_request (status, id DESC);
    `,
  },
];
