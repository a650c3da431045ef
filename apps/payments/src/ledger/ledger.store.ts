import { DomainError, sumMinor, uuidv7 } from '@halftone/kernel';
import { afterCommit, Database, type Tx } from '@halftone/postgres';
import { counter, planted } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { PaymentsTables } from '../tables';
import { type Account, apply, type Entry, netOf, type Posting } from './ledger';

const posted = counter('ledger_posted_minor_total', 'Money that went from one account to another, in minor units', [
  'kind',
  'currency',
]);

/**
 * Stores the ledger. The caller's transaction writes an entry together with the balance that it changes. Only a debited wallet is
 * locked, so a transaction waits only for other transactions of the same customer.
 */
@Injectable()
export class LedgerStore {
  constructor(private readonly db: Database<PaymentsTables>) {}

  /**
   * Reads the accounts that exist. Locks the debited wallets until the transaction ends, and adds their credits to their balance.
   * The other accounts may change at any time.
   */
  async lock(tx: Tx<PaymentsTables>, debited: readonly string[], credited: readonly string[]): Promise<Account[]> {
    const { rows } = await sql<Account>`
      with wallet_locked as (
        select * from account where id = any(${[...debited]}) and customer is not null order by id for no key update
      )
      select * from wallet_locked
      union all
      select * from account
      where id = any(${[...debited, ...credited]}) and not (id = any(${[...debited]}) and customer is not null)
    `.execute(tx);
    const isLocked = ({ id, customer }: Account) => customer !== null && debited.includes(id);
    const added = await addCredits(
      tx,
      rows.filter(isLocked).map(({ id }) => id),
    );
    return rows.map((account) => ({ ...account, balance: added.get(account.id) ?? account.balance }));
  }

  /** Ids of wallets with at least `minimum` credits that are not added yet; those after `last`, by id. */
  async credited(minimum: number, last: string, limit: number): Promise<string[]> {
    const query = this.db.rows.selectFrom('account_credit').select('account_id').where('account_id', '>', last);
    const having = query.groupBy('account_id').having((one) => one.fn.countAll(), '>=', minimum);
    return (await having.orderBy('account_id').limit(limit).execute()).map(({ account_id }) => account_id);
  }

  /** Adds a wallet's credits, unless another transaction has locked the wallet: that one has added them. */
  addCreditsOf(wallet: string): Promise<void> {
    return this.db.tx(async (tx) => {
      const row = tx.selectFrom('account').select('id').where('id', '=', wallet);
      if (await row.forNoKeyUpdate().skipLocked().executeTakeFirst()) await addCredits(tx, [wallet]);
    });
  }

  /**
   * Posts on accounts that `lock` returned in this transaction. Returns the ledger transaction's id,
   * or undefined if the reference is posted already. Throws like `apply`; the caller's transaction then rolls back.
   */
  async post(
    tx: Tx<PaymentsTables>,
    posting: Posting,
    accounts: readonly Account[],
    now: Date,
  ): Promise<string | undefined> {
    const id = uuidv7();
    const { kind, reference } = posting;
    const opened = await tx
      .insertInto('ledger_transaction')
      .values({ id, kind, reference, created_at: now })
      .onConflict((conflict) => conflict.column('reference').doNothing())
      .returning('id')
      .executeTakeFirst();
    if (!opened) return undefined;
    const changed = apply(posting, accounts);
    const entries = posting.entries.map(({ account, amount }) => ({
      transaction_id: id,
      account_id: account,
      amount,
      created_at: now,
    }));
    await tx.insertInto('ledger_entry').values(entries).execute();
    if (planted('ledger.entry-changed')) {
      await sql`set constraints all immediate`.execute(tx);
      await sql`update ledger_entry set amount = amount + 1 where transaction_id = ${id} and amount > 0`.execute(tx);
    }
    if (planted('ledger.balance-forgotten')) return id;
    await writeBalances(tx, posting, changed);
    const [{ currency = '' } = {}] = changed;
    afterCommit(tx, () => posted.inc({ kind, currency }, movedBy(posting)));
    return id;
  }

  /** Locks and posts without a further decision. Returns the ledger transaction's id; throws INTERNAL if the reference is posted already. */
  async book(tx: Tx<PaymentsTables>, posting: Posting, now: Date): Promise<string> {
    const { entries } = posting;
    const debited = accountsOf(entries.filter(({ amount }) => amount < 0));
    const id = await this.post(tx, posting, await this.lock(tx, debited, accountsOf(entries)), now);
    if (!id) throw new DomainError('INTERNAL', `${posting.reference} is posted already`);
    return id;
  }
}

const accountsOf = (entries: readonly Entry[]): string[] => [...new Set(entries.map(({ account }) => account))];

const movedBy = ({ entries }: Posting): number => sumMinor(entries.map(({ amount }) => Math.max(0, amount)));

/**
 * A debited wallet is locked and gets its new balance. A credited wallet gets a row in `account_credit` instead:
 * an update of its own row would make its customer wait until this transaction ends.
 */
async function writeBalances(
  tx: Tx<PaymentsTables>,
  { entries }: Posting,
  accounts: readonly Account[],
): Promise<void> {
  for (const { id, balance } of accounts) {
    const change = balance === null ? 0 : netOf(entries, id);
    if (change < 0) await tx.updateTable('account').set({ balance }).where('id', '=', id).execute();
    if (change > 0) await tx.insertInto('account_credit').values({ account_id: id, amount: change }).execute();
  }
}

/** Adds the credits of wallets that this transaction has locked. Returns the balances that changed. */
async function addCredits(tx: Tx<PaymentsTables>, locked: readonly string[]): Promise<Map<string, number>> {
  if (locked.length === 0) return new Map();
  const { rows } = await sql<{ id: string; balance: number }>`
    with taken as (delete from account_credit where account_id = any(${[...locked]}) returning account_id, amount),
      credit as (select account_id, sum(amount)::bigint as amount from taken group by account_id)
    update account set balance = balance + credit.amount from credit where id = credit.account_id
    returning id, balance
  `.execute(tx);
  return new Map(rows.map(({ id, balance }) => [id, balance]));
}
