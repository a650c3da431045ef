import type { Limit } from './limit';

export const liveStreams = {
  socketMessages: {
    what: 'Average messages, pings and pongs of a WebSocket client per second.',
    value: 100,
    unit: 'per second',
    per: 'connection',
    setting: 'REALTIME_MESSAGES_PER_SECOND',
    beyond: 'the connection is closed with 1008',
    metric: 'realtime_closes_total',
  },
  socketMessagesAtOnce: {
    what: 'The same in a burst.',
    value: 300,
    unit: 'messages',
    per: 'connection',
    setting: 'REALTIME_MESSAGES_AT_ONCE',
    beyond: 'the connection is closed with 1008',
    metric: 'realtime_closes_total',
  },
} as const satisfies Record<string, Limit>;
