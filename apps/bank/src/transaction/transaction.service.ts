import { uuidv7 } from '@halftone/kernel';
import { afterCommit, Database, type Tx } from '@halftone/postgres';
import { counter, failpoint } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import type { Account } from '../account/account';
import { AccountStore } from '../account/account.store';
import type { BankTables } from '../tables';
import { BankRefusal } from './refusal';
import { assertValid, decide, isSame, type Movement, type Transaction } from './transaction';
import { TransactionStore } from './transaction.store';

const transactions = counter('bank_transactions_total', 'Transactions of the bank, by outcome', {
  kind: ['debit', 'credit'],
  state: ['booked', 'refused', 'repeated'],
});

/** Moves money once per reference; the same request always gets the same answer. */
@Injectable()
export class TransactionService {
  constructor(
    private readonly db: Database<BankTables>,
    private readonly store: TransactionStore,
    private readonly accounts: AccountStore,
  ) {}

  /**
   * Throws BankRefusal; a refusal because of account or balance is stored and final. Nothing is booked after `goodUntil`,
   * no matter how long this process waits or pauses, so after that time the client knows that no booking will follow.
   */
  async move(movement: Movement, goodUntil: Date): Promise<Transaction> {
    assertValid(movement);
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
    const customer = await this.accounts.lock(tx, account);
    // Check after the lock: a process that pauses between here and the commit loses its connection (idle_in_transaction_session_timeout).
    const now = new Date();
    if (now > goodUntil) throw new BankRefusal('REQUEST_EXPIRED');
    const transaction = decide(movement, customer, uuidv7(), now);
    if (!(await this.store.insert(tx, transaction))) {
      const known = await this.store.find(reference, tx);
      if (!known) throw new Error(`transaction ${reference} vanished`);
      return this.repeated(known, movement);
    }
    const gained = kind === 'debit' ? -amount : amount;
    if (transaction.state === 'booked') await this.accounts.move(tx, account, gained);
    afterCommit(tx, () => transactions.inc({ kind, state: transaction.state }));
    return transaction;
  }

  private repeated(known: Transaction, movement: Movement): Transaction {
    if (!isSame(known, movement)) throw new BankRefusal('REFERENCE_REUSED');
    transactions.inc({ kind: movement.kind, state: 'repeated' });
    return known;
  }
}
