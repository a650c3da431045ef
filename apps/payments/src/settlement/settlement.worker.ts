import { Database } from '@halftone/postgres';
import { logger, PollLoop, reasonOf, SpanKind, Wakeup, withSpan, withTraceparent } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import type { PaymentsTables } from '../tables';
import { countAttempt, reportBacklog } from '../bank/bank.metrics';
import { BankService, leaseMs } from '../bank/bank.service';
import { type LeasedOperation, retryInMs } from '../bank/operation';
import { OperationStore } from '../bank/operation.store';
import { LeaseLost, SettlementService } from './settlement.service';

const pollMs = 500;
const concurrency = 4;
const backlogMs = 2_000;

/**
 * Completes enqueued operations, and operations of requests whose lease has expired. Every replica runs one worker.
 * An operation ends booked, refused or, for a debit, abandoned once no message can still arrive.
 */
@Injectable()
export class SettlementWorker {
  private readonly log = logger('payments.bank');
  private readonly running = new Set<Promise<void>>();
  private readonly polling: PollLoop;
  private readonly backlogLoop: PollLoop;

  constructor(
    private readonly db: Database<PaymentsTables>,
    private readonly operations: OperationStore,
    private readonly bank: BankService,
    private readonly settlement: SettlementService,
    private readonly wakeup: Wakeup,
  ) {
    this.polling = new PollLoop({ name: 'payments.bank', everyMs: pollMs, wakeup, run: () => this.startNext() });
    const report = async () => reportBacklog(await operations.backlog());
    this.backlogLoop = new PollLoop({ name: 'payments.bank-backlog', everyMs: backlogMs, run: report });
  }

  start(): void {
    this.backlogLoop.start();
    this.polling.start();
  }

  /** Leases nothing new and waits for the attempts in progress. */
  async stop(): Promise<void> {
    await Promise.all([this.backlogLoop.stop(), this.polling.stop()]);
    await Promise.all(this.running);
  }

  /** Leases an operation and attempts it; false if none was due. */
  async next(): Promise<boolean> {
    const leased = await this.leaseNext();
    if (leased) await this.complete(leased);
    return leased !== undefined;
  }

  private async startNext(): Promise<'more' | void> {
    const leased = this.running.size < concurrency && (await this.leaseNext());
    if (!leased) return;
    const work = this.complete(leased).finally(() => {
      this.running.delete(work);
      this.wakeup.signal();
    });
    this.running.add(work);
    return 'more';
  }

  private leaseNext(): Promise<LeasedOperation | undefined> {
    return this.db.tx((tx) => this.operations.leaseNext(tx, leaseMs()));
  }

  /** Never throws: after a failure the lease expires and a worker leases the operation again. */
  private async complete(leased: LeasedOperation): Promise<void> {
    const attributes = { 'bank.reference': leased.reference, 'bank.attempt': leased.attempts };
    const work = () => withSpan('payments.complete', attributes, () => this.attempt(leased), SpanKind.CONSUMER);
    await withTraceparent(leased.traceparent ?? undefined, work).catch((error: unknown) =>
      this.logFailure(leased, error),
    );
  }

  private async attempt(leased: LeasedOperation): Promise<void> {
    const attempt = await this.bank.attempt(leased);
    if ('outcome' in attempt) {
      await this.settlement.settle(leased, attempt.outcome);
      return;
    }
    const fields = { reference: leased.reference, attempt: leased.attempts, reason: reasonOf(attempt.error) };
    this.log.warn(fields, 'the bank did not answer; the operation will be retried');
    await this.operations.release(leased, retryInMs(leased.attempts, Math.random()), attempt.sent);
  }

  private logFailure({ kind, reference, attempts }: LeasedOperation, error: unknown): void {
    const fields = { reference, attempt: attempts, err: error };
    if (!(error instanceof LeaseLost)) return this.log.warn(fields, 'the answer of the bank could not be stored');
    countAttempt(kind, 'lease-lost');
    this.log.info(fields, 'another process has leased this operation');
  }
}
