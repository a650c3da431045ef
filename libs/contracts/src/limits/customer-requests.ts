import type { Limit } from './limit';

export const customerRequests = {
  customerRequestsAtOnce: {
    what: 'Concurrent requests of one customer at a gateway or graph; operators have five times as many.',
    value: 20,
    unit: 'requests',
    per: 'customer',
    setting: 'CUSTOMER_REQUESTS_AT_ONCE',
    beyond: 'RATE_LIMITED',
    metric: 'customer_requests_refused_total',
  },
  customerRequestsPerSecond: {
    what: 'Requests of one customer at a gateway or graph, twice as many in a burst; operators have five times as many.',
    value: 100,
    unit: 'per second',
    per: 'customer',
    setting: 'CUSTOMER_REQUESTS_PER_SECOND',
    beyond: 'RATE_LIMITED',
    metric: 'customer_requests_refused_total',
  },
  customerWritesPerSecond: {
    what: 'Writes of one customer at a gateway, as a part of its requests.',
    value: 10,
    unit: 'per second',
    per: 'customer',
    setting: 'CUSTOMER_WRITES_PER_SECOND',
    beyond: 'RATE_LIMITED',
    metric: 'customer_requests_refused_total',
  },
} as const satisfies Record<string, Limit>;
