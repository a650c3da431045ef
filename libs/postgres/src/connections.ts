import { minorUnits } from '@halftone/kernel';
import { logger } from '@halftone/service';
import { Pool, type PoolConfig, types } from 'pg';

const INT8 = 20;
/**
 * A caller must not wait longer than this for a free or new connection; less than the budget of a request, so that it still hears why.
 * `connect_timeout` in the URL, in seconds as libpq has it, goes before.
 */
const CONNECT_TIMEOUT_MS = 1500;
const connectTimeoutMs = (url: string): number =>
  Number(new URL(url).searchParams.get('connect_timeout')) * 1000 || CONNECT_TIMEOUT_MS;
const KEEP_ALIVE_MS = 5000;

/** int8 arrives as a number, and one beyond 2^53 - 1 as an error, never rounded; for our connections only, not for the process. */
const typeParsers: NonNullable<PoolConfig['types']> = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === INT8 ? (text: string) => minorUnits(Number(text)) : types.getTypeParser(oid, format ?? 'text'),
};

/** Options of every connection we open, in the pool or on its own. */
export const connectionConfig = (url: string, name: string) => ({
  connectionString: url,
  application_name: name,
  connectionTimeoutMillis: connectTimeoutMs(url),
  keepAlive: true,
  keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
  types: typeParsers,
});

/** A transaction in which nothing is asked for so long is ended by the server. */
const IDLE_IN_TRANSACTION_MS = 10_000;

/**
 * What makes the server find out within a dozen seconds, instead of two hours or never, that we vanished without closing the connection or
 * stand still in the middle of a transaction: until then it keeps our locks. This is also the fence of work that is one transaction: a
 * process that was paused for longer can't commit when it wakes up, so whoever took the work over meanwhile is the only one to do it.
 */
export const noticeOurLoss = (idleInTransactionMs = IDLE_IN_TRANSACTION_MS): string =>
  'set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3; ' +
  `set idle_in_transaction_session_timeout = ${idleInTransactionMs}`;

/** A dead connection is replaced when one is next needed; the error event of one must never end the process. */
export function openPool(url: string, poolSize: number, name: string): Pool {
  const pool = new Pool({
    ...connectionConfig(url, name),
    max: poolSize,
    idleTimeoutMillis: 30_000,
    onConnect: async (client) => void (await client.query(noticeOurLoss())),
  });
  const note = (error: Error) => logger('postgres').debug({ reason: error.message }, 'a connection was lost');
  pool.on('error', note);
  pool.on('connect', (client) => client.on('error', note));
  return pool;
}
