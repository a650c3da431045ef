import { type Codec, type paymentsV1 } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import { completeKey, Database, refuseKey, releaseKey, type Tx } from '@halftone/postgres';
import { failpoint } from '@halftone/service';
import { Inject, Injectable } from '@nestjs/common';
import type { BankOutcome } from '../bank/bank';
import { countAttempt } from '../bank/bank.metrics';
import { BankService, leaseMs } from '../bank/bank.service';
import type { LeasedOperation, Operation, OperationKind } from '../bank/operation';
import { OperationStore } from '../bank/operation.store';
import type { PaymentsTables } from '../tables';

/** The lease has expired and another process has the operation; nothing was written. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/** The response by kind of operation; also the stored response of its idempotency key. */
interface Responses {
  debit: paymentsV1.Payment;
  credit: paymentsV1.Refund;
}

/** Applies an outcome to the payment or refund of an operation, in the caller's transaction. */
export interface Settlement<R> {
  readonly codec: Codec<R>;
  /** Returns the response, or the error that the caller gets instead. */
  settle(tx: Tx<PaymentsTables>, operation: Operation, outcome: BankOutcome): Promise<R | DomainError>;
  /** Deletes the pending row, as if it had never been requested. */
  undo(tx: Tx<PaymentsTables>, operation: Operation): Promise<void>;
}

export type Settlements = { readonly [K in OperationKind]: Settlement<Responses[K]> };

/** The injection token of the settlements. */
export const SETTLEMENTS = Symbol('SETTLEMENTS');

/**
 * Stores the bank's answer. One transaction writes the operation, the payment or refund, its ledger entries, its event
 * and the response of its idempotency key. Only the latest lease holder may write.
 */
@Injectable()
export class SettlementService {
  constructor(
    private readonly db: Database<PaymentsTables>,
    private readonly operations: OperationStore,
    private readonly bank: BankService,
    @Inject(SETTLEMENTS) private readonly settlements: Settlements,
  ) {}

  /** Enqueues an operation; a worker leases it after the commit. */
  enqueue(tx: Tx<PaymentsTables>, operation: Operation): Promise<void> {
    return this.operations.insert(tx, operation);
  }

  /** Leases the new operation to the caller, who calls `finish` after the commit. If the caller crashes, a worker finishes it. */
  begin<K extends OperationKind>(tx: Tx<PaymentsTables>, operation: Operation<K>): Promise<LeasedOperation<K>> {
    return this.operations.insertLeased(tx, operation, leaseMs());
  }

  /**
   * Attempts the operation and settles it, within the deadline of the current call. If the message was certainly not sent,
   * it undoes the operation and throws BANK_UNAVAILABLE; with `keep` it leaves the operation to the worker.
   * If the answer is unknown, the worker finds it later; until then the key answers IDEMPOTENCY_IN_FLIGHT.
   */
  async finish<K extends OperationKind>(
    leased: LeasedOperation<K>,
    unsent: 'undo' | 'keep' = 'undo',
  ): Promise<Responses[K]> {
    const attempt = await this.bank.attempt(leased);
    if ('error' in attempt) {
      if (!attempt.sent && unsent === 'undo') await this.undo(leased).catch(inFlightIfLeaseLost(leased));
      throw attempt.error;
    }
    const response = await this.settle(leased, attempt.outcome).catch(inFlightIfLeaseLost(leased));
    if (response instanceof DomainError) throw response;
    return response;
  }

  /** Throws LeaseLost. */
  async settle<K extends OperationKind>(
    leased: LeasedOperation<K>,
    outcome: BankOutcome,
  ): Promise<Responses[K] | DomainError> {
    const settlement = this.settlements[leased.kind];
    const settled = await this.withLease(leased, async (tx) => {
      await this.operations.end(tx, leased, outcome);
      const response = await settlement.settle(tx, leased, outcome);
      await answerKey(tx, leased, settlement.codec, response);
      await failpoint('payments.bank.before-commit');
      return response;
    });
    await failpoint('payments.bank.settled');
    return settled;
  }

  /** Removes an operation that was certainly not sent, its rows and its key claim. Throws LeaseLost. */
  undo(leased: LeasedOperation): Promise<void> {
    return this.withLease(leased, async (tx) => {
      await this.operations.remove(tx, leased);
      await this.settlements[leased.kind].undo(tx, leased);
      if (leased.claim) await releaseKey(tx, leased.claim);
    });
  }

  private withLease<R>(leased: LeasedOperation, work: (tx: Tx<PaymentsTables>) => Promise<R>): Promise<R> {
    return this.db.tx(async (tx) => {
      if (!(await this.operations.lockLeased(tx, leased)))
        throw new LeaseLost(`${leased.reference} is leased by another process`);
      return work(tx);
    });
  }
}

const inFlightIfLeaseLost =
  ({ kind }: LeasedOperation) =>
  (error: unknown): never => {
    if (!(error instanceof LeaseLost)) throw error;
    countAttempt(kind, 'lease-lost');
    throw new DomainError('IDEMPOTENCY_IN_FLIGHT', 'another process continues this request', [], { cause: error });
  };

/** A refusal that may pass leaves the key free: the same request may succeed later. */
async function answerKey<R>(
  tx: Tx<PaymentsTables>,
  { claim }: LeasedOperation,
  codec: Codec<R>,
  response: R | DomainError,
): Promise<void> {
  if (!claim) return;
  if (!(response instanceof DomainError)) return completeKey(tx, claim, codec, response);
  return response.row.retryable ? releaseKey(tx, claim) : refuseKey(tx, claim, response);
}
