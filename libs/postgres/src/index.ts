/** The rows: pool, transaction, migrations, outbox and its relay, inbox, idempotency keys. */
export { afterCommit } from './after-commit';
export { postgresSettings } from './config';
export { openPool } from './connections';
export { decodeCursor, encodeCursor } from './cursor';
export { Database, type Tx } from './database';
export { isUniqueViolation } from './errors';
export {
  claimKey,
  completeKey,
  fingerprintOf,
  idempotently,
  recoveryPoint,
  refuseKey,
  releaseKey,
  storedResponse,
  type Claimed,
  type Replayable,
} from './idempotency';
export type { IdempotencyClaim } from './idempotency.store';
export { once } from './inbox';
export type { Migration } from './migrations';
export { appendEvent, type AnyTx, type EventToAppend, type OutboxRow } from './outbox';
export { OutboxRelay } from './outbox-relay';
export { pageLimit, pageOf, type Page } from './page';
export type { PlatformTables } from './platform-tables';
export { PostgresModule, type PostgresOptions } from './postgres.module';
export { Wakeup } from './wakeup';
