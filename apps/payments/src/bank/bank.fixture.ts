import { DomainError, uuidv7 } from '@halftone/kernel';
import type { Bank, BankOutcome, BankRequest } from './bank';

/** How the next message fares: the answer is lost after the booking, the message is lost, it comes late, it is not even sent. */
export type Fate = 'answer-lost' | 'message-lost' | 'late' | 'unsent';

const skewMs = 30_000;

/** A bank in memory that keeps the promises of `Bank`: a reference is booked or refused once, and a stale message is not believed. */
export class VaultBank implements Bank {
  readonly accounts = new Map<string, number>();
  /** Every message and every question, in the order they were sent. */
  readonly heard: string[] = [];
  /** What it booked in all, seen from the accounts. */
  moved = 0;
  private readonly stored = new Map<string, BankOutcome>();
  private readonly fates: Fate[] = [];
  private readonly underway: (() => void)[] = [];
  private isDown = false;
  private pause: Promise<void> = Promise.resolve();

  reset(accounts: Readonly<Record<string, number>>): void {
    this.accounts.clear();
    for (const [id, balance] of Object.entries(accounts)) this.accounts.set(id, balance);
    this.stored.clear();
    this.isDown = false;
    this.moved = 0;
    this.pause = Promise.resolve();
    for (const list of [this.heard, this.fates, this.underway]) list.length = 0;
  }

  expect(...fates: Fate[]): void {
    this.fates.push(...fates);
  }

  /** Nothing reaches it until it is up. */
  down(isDown = true): void {
    this.isDown = isDown;
  }

  /** Answers come only after the resolver is called; the booking is done before. */
  holdAnswers(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.pause = promise;
    return resolve;
  }

  /** What was late arrives. */
  deliver(): void {
    for (const arrive of this.underway.splice(0)) arrive();
  }

  debit(request: BankRequest): Promise<BankOutcome> {
    return this.send('debit', request, -request.amount);
  }

  credit(request: BankRequest): Promise<BankOutcome> {
    return this.send('credit', request, request.amount);
  }

  async find(reference: string): Promise<BankOutcome | undefined> {
    this.heard.push(`find ${reference}`);
    if (this.isDown) throw unavailable();
    return this.stored.get(reference);
  }

  async balance(account: string): Promise<number> {
    return this.accounts.get(account) ?? 0;
  }

  private async send(kind: string, request: BankRequest, change: number): Promise<BankOutcome> {
    const fate = this.fates.shift();
    if (fate === 'unsent' || request.expiresAt <= new Date()) throw new DomainError('BANK_UNAVAILABLE', 'not sent');
    this.heard.push(`${kind} ${request.reference}`);
    if (fate === 'late') this.underway.push(() => void this.arrive(request, change));
    if (fate === 'late' || fate === 'message-lost' || this.isDown) throw unavailable();
    const outcome = this.arrive(request, change);
    await this.pause;
    if (fate === 'answer-lost') throw unavailable();
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
