/** The memory: idempotency fast path, tickets, messages between replicas. Everything in it may be lost. */
export { Broadcast, type BroadcastListener, type Numbered } from './broadcast';
export { redisSettings } from './config';
export { commandConnection, connect, subscriberConnection } from './connection';
export { PubSub, type Listener } from './pub-sub';
export { RedisModule } from './redis.module';
export { ReplayCache, type ReplayState } from './replay-cache';
export { Roster, type Entry } from './roster';
export { Sessions } from './sessions';
export { Tickets } from './tickets';
