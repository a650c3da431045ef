/** The database of a service: pool, transactions, migrations, outbox and its relay, inbox, idempotency keys. */
export { afterCommit } from './after-commit';
export { anyOf } from './any-of';
export { postgresSettings } from './config';
export { openPool } from './connections';
export { decodeCursor } from './cursor';
export { Database, type Tx } from './database';
export {
  claimKey,
  completeKey,
  fingerprintOf,
  idempotently,
  setRecoveryPoint,
  refuseKey,
  releaseKey,
  storedResponse,
  type Replayable,
} from './idempotency';
export type { IdempotencyClaim } from './idempotency.store';
export { recordInInbox, removeFromInbox } from './inbox';
export type { Migration } from './migration';
export { type AnyTx, appendEvent, type OutboxRow } from './outbox';
export { OutboxRelay } from './outbox-relay';
export { pageLimit, pageOf, type Page } from './page';
export { PostgresModule } from './postgres.module';
export { type RetentionRule, Reaper } from './reaper';
