import { uuidv7 } from '@halftone/kernel';
import { afterCommit, Database, type Tx } from '@halftone/postgres';
import { counter, failpoint } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { AccountStore } from '../account/account.store';
import type { BankTables } from '../tables';
import { BankRefusal } from './refusal';
import { type Account, decide, insistOnForm, isSame, type Movement, SHOP, type Transaction } from './transaction';
import { TransactionStore } from './transaction.store';

const transactions = counter('bank_transactions_total', 'Transactions of the bank, by what became of them', {
  kind: ['debit', 'credit'],
  state: ['booked', 'refused', 'repeated'],
});

/** What the bank does with money: each reference once, and the same answer to the same request ever after. */
@Injectable()
export class TransactionService {
  constructor(
    private readonly db: Database<BankTables>,
    private readonly store: TransactionStore,
    private readonly accounts: AccountStore,
  ) {}

  /**
   * Throws BankRefusal; what was refused for its account or money is kept, and refused again for the same reason. Nothing is booked after
   * `goodUntil`, however long this process waits or sleeps on its way to it: who asked may count on that once the moment has passed.
   */
  async move(movement: Movement, goodUntil: Date): Promise<Transaction> {
    insistOnForm(movement);
    const known = await this.store.find(movement.reference);
    const transaction = known ? this.repeated(known, movement) : await this.book(movement, goodUntil);
    if (transaction.state === 'refused') throw new BankRefusal(transaction.refusal);
    return transaction;
  }

  async find(reference: string): Promise<Transaction> {
    const transaction = await this.store.find(reference);
    if (!transaction) throw new BankRefusal('TRANSACTION_UNKNOWN');
    return transaction;
  }

  async account(id: string): Promise<Account> {
    const account = await this.accounts.find(id);
    if (!account) throw new BankRefusal('ACCOUNT_UNKNOWN');
    return account;
  }

  /** Newest first. */
  list(account: string | undefined, limit: number): Promise<Transaction[]> {
    return this.store.list(account, limit);
  }

  private async book(movement: Movement, goodUntil: Date): Promise<Transaction> {
    const { kind } = movement;
    const transaction = await this.db.tx(async (tx) => {
      const booked = await this.bookIn(tx, movement, goodUntil);
      await failpoint(`bank.${kind}.before-commit`);
      return booked;
    });
    await failpoint(`bank.${kind}.after-commit`);
    return transaction;
  }

  private async bookIn(tx: Tx<BankTables>, movement: Movement, goodUntil: Date): Promise<Transaction> {
    const { kind, account, amount, reference } = movement;
    const locked = await this.accounts.lock(tx, [account, SHOP]);
    const customer = locked.find(({ id }) => id === account);
    const shop = locked.find(({ id }) => id === SHOP);
    if (!shop) throw new Error('the bank was not seeded');
    // After the locks: from here to the commit a process that stands still loses its connection (idle_in_transaction_session_timeout).
    const now = new Date();
    if (now > goodUntil) throw new BankRefusal('REQUEST_EXPIRED');
    const transaction = decide(movement, { customer, shop }, uuidv7(), now);
    if (!(await this.store.insert(tx, transaction))) {
      const known = await this.store.find(reference, tx);
      if (!known) throw new Error(`transaction ${reference} vanished`);
      return this.repeated(known, movement);
    }
    const [from, to] = kind === 'debit' ? [account, SHOP] : [SHOP, account];
    if (transaction.state === 'booked') await this.accounts.move(tx, amount, from, to);
    afterCommit(tx, () => transactions.inc({ kind, state: transaction.state }));
    return transaction;
  }

  private repeated(known: Transaction, asked: Movement): Transaction {
    if (!isSame(known, asked)) throw new BankRefusal('REFERENCE_REUSED');
    transactions.inc({ kind: asked.kind, state: 'repeated' });
    return known;
  }
}
