import { createHash } from 'node:crypto';
import type { Codec } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import { planted } from '@halftone/service';
import {
  deleteIfExpired,
  deleteRunning,
  findKey,
  forgetKey,
  type IdempotencyClaim,
  insertKey,
  type KeyRow,
  moveKey,
  type Settlement,
  settleKey,
} from './idempotency.store';
import { conflicts, replays } from './metrics';
import type { AnyTx } from './outbox';

export interface Replayable<R> {
  response: R;
  /** True if the effect was done by an earlier call and this is its stored response. */
  replayed: boolean;
}

export type Claimed<R> = { claimed: true } | { claimed: false; response: R };

/** What makes two requests "the same": hash of the request's bytes. */
export const fingerprintOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/**
 * Runs the effect once per claim. The key is claimed, the effect done and its response stored in the one transaction given, so
 * either all of it exists or nothing: an effect that throws leaves the key free. Throws what `claimKey` throws.
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
 * Takes the key for this request, or gives the response of the earlier one. For work that takes more than one transaction: whoever commits
 * a claim owes it `completeKey`, `refuseKey` or `releaseKey` in the transaction that ends the work, however often the process dies before.
 *
 * A second call that comes while the first transaction still runs waits at the unique index until that one has ended, then sees what it
 * left. Throws IDEMPOTENCY_KEY_MISSING for an empty key, IDEMPOTENCY_KEY_REUSED if the key was used with another fingerprint,
 * IDEMPOTENCY_IN_FLIGHT while a committed claim is not settled, and the stored error if the work was refused.
 */
export async function claimKey<R>(
  tx: AnyTx,
  claim: IdempotencyClaim,
  fingerprint: string,
  codec: Codec<R>,
): Promise<Claimed<R>> {
  requireKey(claim.key);
  // So that the first replay is a step from 0 to 1 and not a series out of nothing.
  replays.inc({ route: claim.route, source: 'postgres' }, 0);
  if (planted('idempotency.ignored')) await forgetKey(tx, claim);
  for (;;) {
    if (await insertKey(tx, claim, fingerprint)) return { claimed: true };
    const row = await findKey(tx, claim);
    if (row) return { claimed: false, response: settled(row, claim, fingerprint, codec) ?? inFlight() };
    await deleteIfExpired(tx, claim);
  }
}

/** The work is done: from now on this is the answer. INTERNAL if the key is not claimed or was settled before. */
export function completeKey<R>(tx: AnyTx, claim: IdempotencyClaim, codec: Codec<R>, response: R): Promise<void> {
  return settle(tx, claim, { response: Buffer.from(codec.encode(response).finish()), refusal: null });
}

/** The work can't be done and never will be: from now on this error is the answer. INTERNAL as with `completeKey`. */
export function refuseKey(tx: AnyTx, claim: IdempotencyClaim, error: DomainError): Promise<void> {
  const { code, message, details } = error;
  return settle(tx, claim, { response: null, refusal: { code, message, details } });
}

/**
 * The work was never begun and nobody will go on with it: the key is free again, as after a rollback. Only for who is certain that nothing
 * outside has happened. INTERNAL as with `completeKey`.
 */
export async function releaseKey(tx: AnyTx, claim: IdempotencyClaim): Promise<void> {
  if (!(await deleteRunning(tx, claim))) throw notClaimed(claim);
}

async function settle(tx: AnyTx, claim: IdempotencyClaim, settlement: Settlement): Promise<void> {
  if (planted('idempotency.never-settled')) return;
  if (await settleKey(tx, claim, settlement)) return;
  if (planted('idempotency.ignored')) return;
  throw notClaimed(claim);
}

/** Notes how far the work has come, for whoever reads the row; the steps themselves are the service's. INTERNAL as with `completeKey`. */
export async function recoveryPoint(tx: AnyTx, claim: IdempotencyClaim, point: string): Promise<void> {
  if (!(await moveKey(tx, claim, point))) throw notClaimed(claim);
}

/**
 * The response of an earlier call with this key, if there was one; lets a service skip work that a replay does not need. Undefined also
 * while the first call runs. Throws IDEMPOTENCY_KEY_REUSED and stored refusals as `claimKey` does.
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

/** What the row answers to a request with this fingerprint; undefined while its work runs. */
function settled<R>(row: KeyRow, { route }: IdempotencyClaim, fingerprint: string, codec: Codec<R>): R | undefined {
  if (row.fingerprint !== fingerprint) {
    conflicts.inc({ reason: 'mismatch' });
    throw new DomainError('IDEMPOTENCY_KEY_REUSED', 'this key was used with another request');
  }
  const { response, refusal } = row;
  if (response === null && refusal === null) return undefined;
  replays.inc({ route, source: 'postgres' });
  if (refusal) throw new DomainError(refusal.code, refusal.message, refusal.details);
  return response === null ? undefined : codec.decode(response);
}

const notClaimed = ({ route }: IdempotencyClaim) =>
  new DomainError('INTERNAL', `a key of ${route} is to be settled that is not claimed, or was settled before`);

function inFlight(): never {
  conflicts.inc({ reason: 'running' });
  throw new DomainError('IDEMPOTENCY_IN_FLIGHT', 'the first request with this key has not ended');
}

/** An empty key is what a caller sends that knows of none; it must not be shared by all such calls. */
function requireKey(key: string): void {
  if (key === '') throw new DomainError('IDEMPOTENCY_KEY_MISSING', 'this call needs an idempotency key');
}
