import { minorUnits } from '@halftone/kernel';
import { logger } from '@halftone/service';
import { Pool, type PoolConfig, types } from 'pg';

const INT8 = 20;
/**
 * The longest wait for a free or new connection. It is less than the budget of a request, so the caller still gets
 * the reason. `connect_timeout` in the URL (seconds, as in libpq) has precedence.
 */
const CONNECT_TIMEOUT_MS = 1500;
const connectTimeoutMs = (url: string): number =>
  Number(new URL(url).searchParams.get('connect_timeout')) * 1000 || CONNECT_TIMEOUT_MS;
const KEEP_ALIVE_MS = 5000;

/**
 * Reads int8 as a number; one beyond 2^53 - 1 is an error, never rounded. For our connections only, not for the
 * process.
 */
const typeParsers: NonNullable<PoolConfig['types']> = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === INT8 ? (text: string) => minorUnits(Number(text)) : types.getTypeParser(oid, format ?? 'text'),
};

/** Options of every connection that we open, in the pool or outside. */
export const connectionConfig = (url: string, name: string) => ({
  connectionString: url,
  application_name: name,
  connectionTimeoutMillis: connectTimeoutMs(url),
  keepAlive: true,
  keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
  types: typeParsers,
});

/** The server ends a transaction that is idle for this long. */
const IDLE_IN_TRANSACTION_MS = 10_000;

/**
 * Settings that make the server detect a client that vanished or froze in a transaction, within about 12 s. By
 * default it takes two hours or forever, and the server keeps the locks of that client.
 *
 * This is also the fence of work in one transaction: a process that was paused for longer cannot commit when it wakes
 * up. So only the process that took over the work completes it.
 */
export const deadClientDetection = (idleInTransactionMs = IDLE_IN_TRANSACTION_MS): string =>
  'set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3; ' +
  `set idle_in_transaction_session_timeout = ${idleInTransactionMs}`;

/** The longest time of any statement, with or without a deadline. Migrations are exempt. */
export const LONGEST_STATEMENT_MS = 30_000;

/** The pool replaces a dead connection at its next use. The error event of a connection must never end the process. */
export function openPool(url: string, poolSize: number, name: string): Pool {
  const pool = new Pool({
    ...connectionConfig(url, name),
    max: poolSize,
    idleTimeoutMillis: 30_000,
    // pg-pool awaits it, but its types do not say so.
    // oxlint-disable-next-line typescript/no-misused-promises
    onConnect: async (client) =>
      void (await client.query(`${deadClientDetection()}; set statement_timeout = ${LONGEST_STATEMENT_MS}`)),
  });
  const logLoss = (error: Error) => logger('postgres').debug({ reason: error.message }, 'a connection was lost');
  pool.on('error', logLoss);
  pool.on('connect', (client) => client.on('error', logLoss));
  return pool;
}
