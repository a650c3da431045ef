import { createHash } from 'node:crypto';
import type { Codec } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import { sql } from 'kysely';
import { conflicts, replays } from './metrics';
import type { AnyTx } from './outbox';

/** Whose key it is and for what: the same key of another customer or route is another key. */
export interface IdempotencyClaim {
  customer: string;
  route: string;
  key: string;
}

export interface Replayable<R> {
  response: R;
  /** True if the effect was done by an earlier call and this is its stored response. */
  replayed: boolean;
}

/** What makes two requests "the same": hash of the request's bytes. */
export const fingerprintOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/**
 * Runs the effect once per claim. The key is claimed, the effect done and its response stored in the one transaction given, so
 * either all of it exists or nothing: an effect that throws leaves the key free. A second call that comes while the first still
 * runs waits at the unique index until that one has ended, then replays it, or runs itself if the first rolled back.
 * Throws IDEMPOTENCY_KEY_MISSING for an empty key and IDEMPOTENCY_KEY_REUSED if the key was used with another fingerprint.
 */
export async function idempotently<R>(
  tx: AnyTx,
  claim: IdempotencyClaim,
  fingerprint: string,
  codec: Codec<R>,
  effect: () => Promise<R>,
): Promise<Replayable<R>> {
  const { customer, route, key } = claim;
  requireKey(key);
  // So that the first replay is a step from 0 to 1 and not a series out of nothing.
  replays.inc({ route, source: 'postgres' }, 0);
  const claimed = await sql`
    insert into idempotency (customer, route, key, fingerprint) values (${customer}, ${route}, ${key}, ${fingerprint})
    on conflict do nothing returning 1
  `.execute(tx);
  if (claimed.rows.length === 0) {
    const response = await storedResponse(tx, claim, fingerprint, codec);
    if (response === undefined) {
      conflicts.inc({ reason: 'running' });
      throw new DomainError('IDEMPOTENCY_IN_FLIGHT', 'the first request with this key has not ended');
    }
    return { response, replayed: true };
  }
  const response = await effect();
  const bytes = Buffer.from(codec.encode(response).finish());
  await sql`
    update idempotency set response = ${bytes} where customer = ${customer} and route = ${route} and key = ${key}
  `.execute(tx);
  return { response, replayed: false };
}

/** The response of an earlier call with this key, if there was one; lets a service skip work that a replay does not need. */
export async function storedResponse<R>(
  rows: Pick<AnyTx, 'getExecutor'>,
  { customer, route, key }: IdempotencyClaim,
  fingerprint: string,
  codec: Codec<R>,
): Promise<R | undefined> {
  requireKey(key);
  const { rows: found } = await sql<{ fingerprint: string; response: Buffer | null }>`
    select fingerprint, response from idempotency where customer = ${customer} and route = ${route} and key = ${key}
  `.execute(rows);
  const stored = found[0];
  if (stored === undefined) return undefined;
  if (stored.fingerprint !== fingerprint) {
    conflicts.inc({ reason: 'mismatch' });
    throw new DomainError('IDEMPOTENCY_KEY_REUSED', 'this key was used with another request');
  }
  if (stored.response === null) return undefined;
  replays.inc({ route, source: 'postgres' });
  return codec.decode(stored.response);
}

/** An empty key is what a caller sends that knows of none; it must not be shared by all such calls. */
function requireKey(key: string): void {
  if (key === '') throw new DomainError('IDEMPOTENCY_KEY_MISSING', 'this call needs an idempotency key');
}
