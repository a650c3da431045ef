import { limits } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import { currentCall, KeyedSemaphore } from '@halftone/service';

/** One in this many connections is kept for reads outside transactions. */
const READ_SHARE = 5;
/**
 * Less than a caller's deadline, so it still gets the reason (see connections.ts). Work without a deadline may wait
 * longer.
 */
const longestWaitMs = () => (currentCall()?.deadline === undefined ? 10_000 : 1_500);

/**
 * Limits the concurrent transactions. A transaction may wait for locked rows and holds a connection meanwhile. So the
 * transactions of one customer queue for each other before they take a connection, and all of them together leave a
 * fifth of the connections for reads. First come, first served; each customer has an own queue.
 */
export class TransactionLimiter {
  private readonly callers = new KeyedSemaphore(
    limits.customerTransactions.value,
    limits.customerTransactionsWaiting.value,
  );
  private readonly connections: KeyedSemaphore;

  constructor(poolSize: number) {
    const atOnce = Math.max(1, poolSize - Math.floor(poolSize / READ_SHARE));
    this.connections = new KeyedSemaphore(atOnce, Infinity, longestWaitMs, busy);
  }

  /** Work without a caller, such as a consumer's, has no queue of its own. */
  forCaller<R>(work: () => Promise<R>): Promise<R> {
    const caller = currentCall()?.principal;
    return caller ? this.callers.run(caller.customer, work) : work();
  }

  forConnection<R>(work: () => Promise<R>): Promise<R> {
    return this.connections.run('', work);
  }

  get waiting(): number {
    return this.callers.waiting + this.connections.waiting;
  }
}

function busy(): DomainError {
  const isLate = (currentCall()?.deadline ?? Infinity) <= Date.now();
  return new DomainError(isLate ? 'DEADLINE_EXCEEDED' : 'UNAVAILABLE', 'no database connection was free in time');
}
