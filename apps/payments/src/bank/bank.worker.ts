import { Database, Wakeup } from '@halftone/postgres';
import { logger, reasonOf, SpanKind, withSpan, withTraceparent } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import type { PaymentsTables } from '../tables';
import { countAttempt, reportBacklog } from './bank.metrics';
import { BankService, leaseMs } from './bank.service';
import { type Held, retryInMs } from './operation';
import { OperationStore } from './operation.store';
import { LeaseLost, SettlementService } from './settlement.service';

/** How often an idle completer looks, how many operations it works on at once, how often it counts what waits. */
const pollMs = 500;
const atOnce = 4;
const sampleMs = 2_000;

/**
 * Completes what the saga has put down for the bank, and what requests have begun and not ended: whose lease has run out. Any number of
 * replicas run one. An operation ends booked, refused, or (a debit, once it is certain that no message can still arrive) given up.
 */
@Injectable()
export class BankWorker {
  private readonly log = logger('payments.bank');
  private readonly running = new Set<Promise<void>>();
  private stopping = false;
  private looking: Promise<void> = Promise.resolve();
  private sampling: NodeJS.Timeout | undefined;

  constructor(
    private readonly db: Database<PaymentsTables>,
    private readonly operations: OperationStore,
    private readonly bank: BankService,
    private readonly settlement: SettlementService,
    private readonly wakeup: Wakeup,
  ) {}

  start(): void {
    this.sampling = setInterval(() => void this.sample(), sampleMs).unref();
    this.looking = this.look();
  }

  /** Takes nothing new; what the bank is being asked is ended first. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.sampling);
    this.wakeup.signal();
    await this.looking;
    await Promise.all(this.running);
  }

  /** Takes an operation and attempts it; false if none was free. */
  async next(): Promise<boolean> {
    const held = await this.take();
    if (held) await this.complete(held);
    return held !== undefined;
  }

  private async look(): Promise<void> {
    while (!this.stopping) {
      const took = this.running.size < atOnce && (await this.begin());
      if (!took) await this.wakeup.within(pollMs);
    }
  }

  private async begin(): Promise<boolean> {
    const held = await this.take().catch((error: unknown) => this.log.warn({ err: error }, 'nothing could be taken'));
    if (!held) return false;
    const work = this.complete(held).finally(() => {
      this.running.delete(work);
      this.wakeup.signal();
    });
    this.running.add(work);
    return true;
  }

  private take(): Promise<Held | undefined> {
    return this.db.tx((tx) => this.operations.take(tx, leaseMs()));
  }

  /** Never throws: whatever goes wrong, the lease runs out and the operation is taken again. */
  private async complete(held: Held): Promise<void> {
    const attributes = { 'bank.reference': held.reference, 'bank.attempt': held.attempts };
    const work = () => withSpan('payments.complete', attributes, () => this.attempt(held), SpanKind.CONSUMER);
    await withTraceparent(held.traceparent ?? undefined, work).catch((error: unknown) => this.note(held, error));
  }

  private async attempt(held: Held): Promise<void> {
    const attempt = await this.bank.attempt(held);
    if (attempt.then === 'settle') {
      await this.settlement.settle(held, attempt.outcome);
      return;
    }
    const facts = { reference: held.reference, attempt: held.attempts, reason: reasonOf(attempt.error) };
    this.log.warn(facts, 'the bank has not answered; it is asked again');
    await this.operations.release(held, retryInMs(held.attempts, Math.random()), attempt.sent);
  }

  private note({ kind, reference, attempts }: Held, error: unknown): void {
    const facts = { reference, attempt: attempts, err: error };
    if (!(error instanceof LeaseLost)) return this.log.warn(facts, 'an answer of the bank could not be stored');
    countAttempt(kind, 'lease-lost');
    this.log.info(facts, 'another process has this operation');
  }

  private async sample(): Promise<void> {
    const note = (error: unknown) => this.log.debug({ err: error }, 'what waits for the bank was not counted');
    await this.operations.backlog().then(reportBacklog, note);
  }
}
