export { fullJitter, type BackoffLimits } from './backoff.ts';
export { memoryStorage, type StringStorage } from './cursor-storage.ts';
export { transportNames, type Ending, type TransportName } from './reconnect-policy.ts';
export { poll, type Page, type PollRequest } from './long-poll-transport.ts';
export type * from './messages.ts';
export type { RealtimeOptions } from './options.ts';
export { RealtimeClient, type Open } from './realtime-client.ts';
export type { Subscription, SubscriptionOptions } from './subscription.ts';
export { eventsUrl, type Connect, type Fetch, type SocketLike, type Timeouts } from './transport.ts';
