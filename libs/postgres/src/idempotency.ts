import { createHash } from 'node:crypto';
import type { Codec } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import { planted } from '@halftone/service';
import {
  deleteIfExpired,
  deleteKey,
  deleteRunningKey,
  findKey,
  type IdempotencyClaim,
  insertKey,
  type KeyRow,
  type Settlement,
  settleKey,
  updateRecoveryPoint,
} from './idempotency.store';
import { conflicts, replays } from './metrics';
import type { AnyTx } from './outbox';

export interface Replayable<R> {
  response: R;
  /** True if an earlier call had the effect and this is its stored response. */
  replayed: boolean;
}

type Claimed<R> = { claimed: true } | { claimed: false; response: R };

/** Identifies a request: the hash of its bytes. */
export const fingerprintOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/**
 * Runs the effect once per claim. The key, the effect and the response are stored in the given transaction, so all of
 * it exists or nothing. An effect that throws leaves the key free. Throws the errors of `claimKey`.
 */
export async function idempotently<R>(
  tx: AnyTx,
  claim: IdempotencyClaim,
  fingerprint: string,
  codec: Codec<R>,
  effect: () => Promise<R>,
): Promise<Replayable<R>> {
  const known = await claimKey(tx, claim, fingerprint, codec);
  if (!known.claimed) return { response: known.response, replayed: true };
  const response = await effect();
  await completeKey(tx, claim, codec, response);
  return { response, replayed: false };
}

/**
 * Claims the key for this request, or returns the response of the earlier one. For work of several transactions: the
 * claim must be followed by `completeKey`, `refuseKey` or `releaseKey` in the transaction that ends the work, however
 * often the process dies in between.
 *
 * A second call while the first transaction runs waits at the unique index until it ends, then sees its outcome.
 * Throws IDEMPOTENCY_KEY_MISSING for an empty key and IDEMPOTENCY_KEY_REUSED if the key was used with another
 * fingerprint. Throws IDEMPOTENCY_IN_FLIGHT while a committed claim is not settled, and the stored error if the work
 * was refused.
 */
export async function claimKey<R>(
  tx: AnyTx,
  claim: IdempotencyClaim,
  fingerprint: string,
  codec: Codec<R>,
): Promise<Claimed<R>> {
  requireKey(claim.key);
  // The first replay must be an increase from 0, not a new series.
  replays.inc({ route: claim.route, source: 'postgres' }, 0);
  if (planted('idempotency.ignored')) await deleteKey(tx, claim);
  for (;;) {
    if (await insertKey(tx, claim, fingerprint)) return { claimed: true };
    const row = await findKey(tx, claim);
    if (row) return { claimed: false, response: settled(row, claim, fingerprint, codec) ?? inFlight() };
    await deleteIfExpired(tx, claim);
  }
}

/** The work is done: from now on this is the response. Throws INTERNAL if the key is not claimed or already settled. */
export function completeKey<R>(tx: AnyTx, claim: IdempotencyClaim, codec: Codec<R>, response: R): Promise<void> {
  return settle(tx, claim, { response: Buffer.from(codec.encode(response).finish()), refusal: null });
}

/** The work can never be done: from now on this error is the response. Throws INTERNAL like `completeKey`. */
export function refuseKey(tx: AnyTx, claim: IdempotencyClaim, error: DomainError): Promise<void> {
  const { code, message, details } = error;
  return settle(tx, claim, { response: null, refusal: { code, message, details } });
}

/**
 * The work was never begun and nobody will continue it: the key is free again, as after a rollback. Only when it is
 * certain that nothing happened outside the database. Throws INTERNAL like `completeKey`.
 */
export async function releaseKey(tx: AnyTx, claim: IdempotencyClaim): Promise<void> {
  if (!(await deleteRunningKey(tx, claim))) throw notClaimed(claim);
}

async function settle(tx: AnyTx, claim: IdempotencyClaim, settlement: Settlement): Promise<void> {
  if (planted('idempotency.never-settled')) return;
  if (await settleKey(tx, claim, settlement)) return;
  if (planted('idempotency.ignored')) return;
  throw notClaimed(claim);
}

/**
 * Records how far the work has come, for readers of the row; the steps belong to the service. Throws INTERNAL like
 * `completeKey`.
 */
export async function setRecoveryPoint(tx: AnyTx, claim: IdempotencyClaim, point: string): Promise<void> {
  if (!(await updateRecoveryPoint(tx, claim, point))) throw notClaimed(claim);
}

/**
 * The response of an earlier call with this key, if any; a service can skip work that a replay does not need.
 * Undefined also while the first call runs. Throws IDEMPOTENCY_KEY_REUSED and stored refusals like `claimKey`.
 */
export async function storedResponse<R>(
  rows: Pick<AnyTx, 'getExecutor'>,
  claim: IdempotencyClaim,
  fingerprint: string,
  codec: Codec<R>,
): Promise<R | undefined> {
  requireKey(claim.key);
  if (planted('idempotency.ignored')) return undefined;
  const row = await findKey(rows, claim);
  return row && settled(row, claim, fingerprint, codec);
}

/** The stored response for this fingerprint; undefined while the work runs. */
function settled<R>(row: KeyRow, { route }: IdempotencyClaim, fingerprint: string, codec: Codec<R>): R | undefined {
  if (row.fingerprint !== fingerprint) {
    conflicts.inc({ reason: 'mismatch' });
    throw new DomainError('IDEMPOTENCY_KEY_REUSED', 'this key was used with a different request');
  }
  const { response, refusal } = row;
  if (response === null && refusal === null) return undefined;
  replays.inc({ route, source: 'postgres' });
  if (refusal) throw new DomainError(refusal.code, refusal.message, refusal.details);
  return response === null ? undefined : codec.decode(response);
}

const notClaimed = ({ route }: IdempotencyClaim) =>
  new DomainError('INTERNAL', `cannot settle a key of ${route}: it is not claimed or already settled`);

function inFlight(): never {
  conflicts.inc({ reason: 'running' });
  throw new DomainError('IDEMPOTENCY_IN_FLIGHT', 'the first request with this key is still running');
}

/** A caller without a key sends an empty one; all such calls must not share it. */
function requireKey(key: string): void {
  if (key === '') throw new DomainError('IDEMPOTENCY_KEY_MISSING', 'this call needs an idempotency key');
}
