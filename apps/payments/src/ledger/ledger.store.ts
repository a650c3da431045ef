import { DomainError, sumMinor, uuidv7 } from '@halftone/kernel';
import { afterCommit, type Tx } from '@halftone/postgres';
import { counter, planted } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { PaymentsTables } from '../tables';
import { type Account, apply, type Posting } from './ledger';

const posted = counter('ledger_posted_minor_total', 'Money that went from one account to another, in minor units', [
  'kind',
  'currency',
]);

/**
 * The ledger's rows. An entry and the balance it changes are written in the caller's one transaction. Whoever looks at a balance to decide
 * about money locks it first, by `lock`, and all at once, so that locks are always taken in the same order.
 */
@Injectable()
export class LedgerStore {
  /** The accounts of these ids that exist, as they are until the transaction ends: nobody else can change them. */
  lock(tx: Tx<PaymentsTables>, ids: readonly string[]): Promise<Account[]> {
    const query = tx
      .selectFrom('account')
      .selectAll()
      .where('id', 'in', [...ids]);
    return query.orderBy('id').forUpdate().execute();
  }

  /**
   * Posts on accounts that `lock` gave in this transaction. Answers the ledger transaction's id, or undefined if this reference is
   * posted already. What `apply` throws, this throws; the caller's transaction then rolls back.
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
    await writeBalances(tx, changed);
    const [{ currency = '' } = {}] = changed;
    afterCommit(tx, () => posted.inc({ kind, currency }, movedBy(posting)));
    return id;
  }

  /** Locks and posts in one go, for money whose moving is decided already. Answers the ledger transaction's id; INTERNAL if it moved before. */
  async book(tx: Tx<PaymentsTables>, posting: Posting, now: Date): Promise<string> {
    const id = await this.post(tx, posting, await this.lock(tx, accountsOf(posting)), now);
    if (!id) throw new DomainError('INTERNAL', `${posting.reference} is posted already`);
    return id;
  }
}

const accountsOf = ({ entries }: Posting): string[] => [...new Set(entries.map(({ account }) => account))];

const movedBy = ({ entries }: Posting): number => sumMinor(entries.map(({ amount }) => Math.max(0, amount)));

const writeBalances = (tx: Tx<PaymentsTables>, accounts: readonly Account[]) =>
  sql`
    update account set balance = new.balance
    from (values ${sql.join(accounts.map(({ id, balance }) => sql`(${id}::text, ${balance}::bigint)`))}) as new (id, balance)
    where account.id = new.id
  `.execute(tx);
