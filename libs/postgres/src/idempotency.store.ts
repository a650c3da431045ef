import { sql } from 'kysely';
import type { AnyTx } from './outbox';
import type { StoredRefusal } from './platform-tables';

/** Whose key it is and for what: the same key of another customer or route is another key. */
export interface IdempotencyClaim {
  customer: string;
  route: string;
  key: string;
}

/** What has become of the work: one of the two, or while it runs neither. */
export interface Settlement {
  response: Buffer | null;
  refusal: StoredRefusal | null;
}

export type KeyRow = Settlement & { fingerprint: string };

let lifetimeHours = 24;

/** How long keys are kept from their claim on; of the process, because all that it claims is one service's. */
export function keepKeysFor(hours: number): void {
  lifetimeHours = hours;
}

const at = ({ customer, route, key }: IdempotencyClaim) =>
  sql`customer = ${customer} and route = ${route} and key = ${key}`;

const running = sql`response is null and refusal is null`;
/** A claim that was never settled does not expire: its work may have taken effect. */
export const expired = sql`expires_at <= now() and not (${running})`;

/** False if the key is there; waits for a transaction that is inserting it. */
export async function insertKey(tx: AnyTx, claim: IdempotencyClaim, fingerprint: string): Promise<boolean> {
  const { customer, route, key } = claim;
  const { rows } = await sql`
    insert into idempotency (customer, route, key, fingerprint, expires_at)
    values (${customer}, ${route}, ${key}, ${fingerprint}, now() + make_interval(hours => ${lifetimeHours}))
    on conflict do nothing returning 1
  `.execute(tx);
  return rows.length === 1;
}

/** Undefined also for a key that has expired and waits to be deleted. */
export async function findKey(rows: Pick<AnyTx, 'getExecutor'>, claim: IdempotencyClaim): Promise<KeyRow | undefined> {
  const { rows: found } = await sql<KeyRow>`
    select fingerprint, response, refusal from idempotency where ${at(claim)} and not (${expired})
  `.execute(rows);
  return found[0];
}

export async function deleteIfExpired(tx: AnyTx, claim: IdempotencyClaim): Promise<void> {
  await sql`delete from idempotency where ${at(claim)} and ${expired}`.execute(tx);
}

/** False if the key is not claimed or was settled before. */
export async function deleteRunning(tx: AnyTx, claim: IdempotencyClaim): Promise<boolean> {
  const { rows } = await sql`delete from idempotency where ${at(claim)} and ${running} returning 1`.execute(tx);
  return rows.length === 1;
}

export async function forgetKey(tx: AnyTx, claim: IdempotencyClaim): Promise<void> {
  await sql`delete from idempotency where ${at(claim)}`.execute(tx);
}

/** False if the key is not claimed or was settled before. */
export async function settleKey(tx: AnyTx, claim: IdempotencyClaim, settlement: Settlement): Promise<boolean> {
  const refusal = settlement.refusal && JSON.stringify(settlement.refusal);
  const { rows } = await sql`
    update idempotency set response = ${settlement.response}, refusal = ${refusal}::jsonb, recovery_point = 'settled'
    where ${at(claim)} and ${running} returning 1
  `.execute(tx);
  return rows.length === 1;
}

/** False as with `settleKey`. */
export async function moveKey(tx: AnyTx, claim: IdempotencyClaim, recoveryPoint: string): Promise<boolean> {
  const { rows } = await sql`
    update idempotency set recovery_point = ${recoveryPoint} where ${at(claim)} and ${running} returning 1
  `.execute(tx);
  return rows.length === 1;
}
