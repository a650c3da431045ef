import { DomainError, uuidv7 } from '@halftone/kernel';
import type { Bank, BankOutcome, BankRequest } from './bank';

/** The failure of the next message: the answer is lost after booking, the message is lost, late, or never sent. */
export type MessageFault = 'answer-lost' | 'message-lost' | 'late' | 'unsent';

const skewMs = 30_000;

/** A bank in memory that follows `Bank`: it decides a reference once and rejects an expired message. */
export class InMemoryBank implements Bank {
  readonly accounts = new Map<string, number>();
  /** Every message and every lookup, in the order they were sent. */
  readonly received: string[] = [];
  /** The sum of all changes of the accounts. */
  moved = 0;
  private readonly stored = new Map<string, BankOutcome>();
  private readonly faults: MessageFault[] = [];
  private readonly delayed: (() => void)[] = [];
  private isDown = false;
  private pause: Promise<void> = Promise.resolve();

  reset(accounts: Readonly<Record<string, number>>): void {
    this.accounts.clear();
    for (const [id, balance] of Object.entries(accounts)) this.accounts.set(id, balance);
    this.stored.clear();
    this.isDown = false;
    this.moved = 0;
    this.pause = Promise.resolve();
    for (const list of [this.received, this.faults, this.delayed]) list.length = 0;
  }

  expect(...faults: MessageFault[]): void {
    this.faults.push(...faults);
  }

  /** While it is down, no message reaches it. */
  down(isDown = true): void {
    this.isDown = isDown;
  }

  /** Books immediately, but answers only after the returned function is called. */
  holdAnswers(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.pause = promise;
    return resolve;
  }

  /** Delivers the late messages. */
  deliver(): void {
    for (const arrive of this.delayed.splice(0)) arrive();
  }

  debit(request: BankRequest): Promise<BankOutcome> {
    return this.send('debit', request, -request.amount);
  }

  credit(request: BankRequest): Promise<BankOutcome> {
    return this.send('credit', request, request.amount);
  }

  async find(reference: string): Promise<BankOutcome | undefined> {
    this.received.push(`find ${reference}`);
    if (this.isDown) throw unavailable();
    return this.stored.get(reference);
  }

  async balance(account: string): Promise<number> {
    return this.accounts.get(account) ?? 0;
  }

  private async send(kind: string, request: BankRequest, change: number): Promise<BankOutcome> {
    const fault = this.faults.shift();
    if (fault === 'unsent' || request.expiresAt <= new Date()) throw new DomainError('BANK_UNAVAILABLE', 'not sent');
    this.received.push(`${kind} ${request.reference}`);
    if (fault === 'late') this.delayed.push(() => void this.arrive(request, change));
    if (fault === 'late' || fault === 'message-lost' || this.isDown) throw unavailable();
    const outcome = this.arrive(request, change);
    await this.pause;
    if (fault === 'answer-lost') throw unavailable();
    return outcome;
  }

  private arrive(request: BankRequest, change: number): BankOutcome {
    if (Date.now() > request.expiresAt.getTime() + skewMs) throw unavailable();
    const outcome = this.stored.get(request.reference) ?? this.book(request, change);
    this.stored.set(request.reference, outcome);
    return outcome;
  }

  private book({ account }: BankRequest, change: number): BankOutcome {
    const balance = this.accounts.get(account);
    if (balance === undefined) return { state: 'refused', code: 'ACCOUNT_UNKNOWN', message: 'no such account' };
    if (balance + change < 0) return { state: 'refused', code: 'INSUFFICIENT_FUNDS', message: 'too little' };
    this.accounts.set(account, balance + change);
    this.moved += change;
    return { state: 'booked', transactionId: uuidv7() };
  }
}

const unavailable = () => new DomainError('UNAVAILABLE', 'no answer');
