import { limits } from '@halftone/contracts';
import { currentCall, runInCall, sampledGauge, KeyedSemaphore } from '@halftone/service';

/** One per process, because the services in a process share the connections. */
const turns = new KeyedSemaphore(1, limits.walletWaiting.value);

sampledGauge(
  'wallet_turns_waiting',
  'Payments and transfers that wait for their wallet without a database connection',
  [],
  (gauge) => gauge.set(turns.waiting),
);

/**
 * Runs the transactions that debit a wallet one after the other in this process. They would wait for the wallet's row anyway,
 * each with a database connection; here they wait without one. For a lock of another process they wait at most limits.walletLock.
 * Throws RATE_LIMITED when too many wait, and DEADLINE_EXCEEDED.
 */
export const inTurn = <R>(customer: string, work: () => Promise<R>): Promise<R> =>
  turns.run(customer, () => {
    const call = currentCall();
    return runInCall({ ...call, lockMs: call?.lockMs ?? limits.walletLock.value }, work);
  });
