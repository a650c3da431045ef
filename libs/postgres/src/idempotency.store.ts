import { sql } from 'kysely';
import type { AnyTx } from './outbox';
import type { StoredRefusal } from './platform-tables';

/** The owner and the purpose of a key: the same key of another customer or route is a different key. */
export interface IdempotencyClaim {
  customer: string;
  route: string;
  key: string;
}

/** The outcome of the work: one of the two, or neither while it runs. */
export interface Settlement {
  response: Buffer | null;
  refusal: StoredRefusal | null;
}

export type KeyRow = Settlement & { fingerprint: string };

let lifetimeHours = 24;

/** How long keys are kept from their claim. Set per process, because a process claims for one service. */
export function setKeyLifetime(hours: number): void {
  lifetimeHours = hours;
}

const matches = ({ customer, route, key }: IdempotencyClaim) =>
  sql`customer = ${customer} and route = ${route} and key = ${key}`;

const running = sql`response is null and refusal is null`;
/** An unsettled claim does not expire: its work may have taken effect. */
export const expired = sql`expires_at <= now() and not (${running})`;

/** Returns false if the key exists; waits for a transaction that is inserting it. */
export async function insertKey(tx: AnyTx, claim: IdempotencyClaim, fingerprint: string): Promise<boolean> {
  const { customer, route, key } = claim;
  const { rows } = await sql`
    insert into idempotency (customer, route, key, fingerprint, expires_at)
    values (${customer}, ${route}, ${key}, ${fingerprint}, now() + make_interval(hours => ${lifetimeHours}))
    on conflict do nothing returning 1
  `.execute(tx);
  return rows.length === 1;
}

/** Undefined also for an expired key that is not deleted yet. */
export async function findKey(rows: Pick<AnyTx, 'getExecutor'>, claim: IdempotencyClaim): Promise<KeyRow | undefined> {
  const { rows: found } = await sql<KeyRow>`
    select fingerprint, response, refusal from idempotency where ${matches(claim)} and not (${expired})
  `.execute(rows);
  return found[0];
}

export async function deleteIfExpired(tx: AnyTx, claim: IdempotencyClaim): Promise<void> {
  await sql`delete from idempotency where ${matches(claim)} and ${expired}`.execute(tx);
}

/** False if the key is not claimed or was settled before. */
export async function deleteRunningKey(tx: AnyTx, claim: IdempotencyClaim): Promise<boolean> {
  const { rows } = await sql`delete from idempotency where ${matches(claim)} and ${running} returning 1`.execute(tx);
  return rows.length === 1;
}

export async function deleteKey(tx: AnyTx, claim: IdempotencyClaim): Promise<void> {
  await sql`delete from idempotency where ${matches(claim)}`.execute(tx);
}

/** False if the key is not claimed or was settled before. */
export async function settleKey(tx: AnyTx, claim: IdempotencyClaim, settlement: Settlement): Promise<boolean> {
  const refusal = settlement.refusal && JSON.stringify(settlement.refusal);
  const { rows } = await sql`
    update idempotency set response = ${settlement.response}, refusal = ${refusal}::jsonb, recovery_point = 'settled'
    where ${matches(claim)} and ${running} returning 1
  `.execute(tx);
  return rows.length === 1;
}

/** Returns false like `settleKey`. */
export async function updateRecoveryPoint(tx: AnyTx, claim: IdempotencyClaim, recoveryPoint: string): Promise<boolean> {
  const { rows } = await sql`
    update idempotency set recovery_point = ${recoveryPoint} where ${matches(claim)} and ${running} returning 1
  `.execute(tx);
  return rows.length === 1;
}
