/** The system under test, as any client would find it. */
import type { TransportName } from '@halftone/client';
import { Listener } from '@halftone/proof/harness/clients/listener.ts';
import { processesOf } from '@halftone/tools/shop/processes.ts';
import { eventually } from '@halftone/tools/os/waiting.ts';
import { expecting, signIn, type Session } from '@halftone/proof/harness/clients/session.ts';
import { cheapestProduct, photo, uploadAndWait } from '@halftone/proof/harness/clients/shop.ts';
import { runningSystem, type RunState, type ServiceState } from '@halftone/tools/os/run-state.ts';
import { withDatabase } from '@halftone/proof/verify/rows.ts';
import { runningSources } from '@halftone/proof/verify/sources.ts';
import { verify } from '@halftone/proof/verify/verify.ts';

export function system(): RunState {
  const run = runningSystem();
  if (!run) throw new Error('no system is up');
  return run;
}

export const signedIn = (customer: 'alice' | 'bob' | 'olga'): Promise<Session> =>
  signIn(system().urls.gateway, customer);

export const listen = (session: Session, transport: TransportName, cursor?: string): Promise<Listener> =>
  Listener.start({ session, urls: system().urls.realtime, transport, cursor });

/** A photo that can be ordered and what it costs least to order. */
export async function shopping(session: Session): Promise<{ imageId: string; product: string; price: number }> {
  const imageId = await uploadAndWait(session, await photo('rocket.jpg'));
  const { id, price } = await cheapestProduct(session);
  return { imageId, product: id, price };
}

/** An operator sets which products the print lab can make from now on. */
export async function setAvailability(operator: Session, product: string, available: boolean): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const request = { method: 'PUT', headers, body: JSON.stringify({ available }) } as const;
  expecting('availability', await operator.call(`/v1/products/${product}/availability`, request), 200);
}

/** Statements by the superuser: what somebody could do by hand. */
export async function query<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
  return withDatabase(runningSources().databaseUrl, async (client) => (await client.query(text, values)).rows as Row[]);
}

/** Nobody else gets the rows that the statement locks until the work has ended; `waiting` counts who waits for them. */
export async function whileLocked<T>(
  text: string,
  values: unknown[],
  work: (waiting: () => Promise<number>) => Promise<T>,
): Promise<T> {
  return withDatabase(runningSources().databaseUrl, async (client) => {
    await client.query('BEGIN');
    const { rowCount } = await client.query(text, values);
    if (!rowCount) throw new Error(`nothing to lock: ${text}`);
    const waiting = async () => {
      const { rows } = await client.query<{ n: number }>(
        'SELECT count(*) AS n FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))',
      );
      return rows[0]?.n ?? 0;
    };
    return work(waiting);
  });
}

/** Everything a request could have left behind, counted. */
export async function countEverything(): Promise<Record<string, number>> {
  const tables = [
    'orders."order"',
    'orders.product_availability',
    'orders.idempotency',
    'payments.payment',
    'payments.refund',
    'payments.refund_request',
    'payments.bank_operation',
    'bank.transaction',
    'payments.transfer',
    'payments.ledger_entry',
    'payments.idempotency',
    'images.image',
    'images.blob',
    'images.idempotency',
    'notifications.notification',
  ];
  const counts = tables.map((table) => `SELECT '${table}' AS name, count(*) AS n FROM ${table}`).join(' UNION ALL ');
  const rows = await query<{ name: string; n: number }>(counts);
  return Object.fromEntries(rows.map(({ name, n }) => [name, n]));
}

/** The invariants that do not hold. */
export async function brokenInvariants(patienceMs = 20_000): Promise<string[]> {
  const { results } = await verify(runningSources(), { patienceMs });
  return results.filter(({ ok }) => !ok).map(({ invariant }) => invariant);
}

/** SIGKILL for one process of the service. */
export function kill(name: string): ServiceState {
  const [target] = processesOf(name);
  if (!target) throw new Error(`no ${name} runs`);
  process.kill(target.pid, 'SIGKILL');
  return target;
}

/** The supervisor has it back, and it says that it is ready. */
export const waitUntilBack = ({ name, replica, pid }: ServiceState): Promise<number> =>
  eventually(`${name} to be back`, async () => {
    const now = processesOf(name).find((service) => service.replica === replica && service.pid !== pid);
    // Not listening yet: asked again.
    const ready = now && (await fetch(`${now.http}/healthz/ready`).catch(() => undefined));
    return ready?.ok ? now?.pid : undefined;
  });
