/** Redis: idempotency fast path, tickets, messages between replicas. Everything in it may be lost. */
export { Broadcast, type Numbered } from './broadcast';
export { redisSettings } from './config';
export { commandConnection, connect, subscriberConnection } from './connection';
export { type CountedName, FailureCounts } from './failure-counts';
export type { FailurePolicy } from './failure-policy';
export { PubSub } from './pub-sub';
export { RedisModule } from './redis.module';
export { ReplayCache, type ReplayState } from './replay-cache';
export { Roster } from './roster';
export { Sessions } from './sessions';
export { Tickets } from './tickets';
export { type RateWindow, WindowCounts } from './window-counts';
