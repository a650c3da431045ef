/** The memory: idempotency fast path, tickets, messages between replicas. Everything in it may be lost. */
export { redisSettings } from './config';
export { commandConnection, connect, subscriberConnection } from './connection';
export { PubSub, type Listener } from './pub-sub';
export { RedisModule } from './redis.module';
export { ReplayCache, type ReplayState } from './replay-cache';
export { Tickets } from './tickets';
