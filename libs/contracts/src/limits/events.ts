import type { Limit } from './limit';

export const events = {
  eventBytes: {
    what: 'An event with its key and headers; brokers reject more than 1 MiB.',
    value: 900_000,
    unit: 'bytes',
    per: 'request',
    setting: null,
    beyond: 'EVENT_TOO_LARGE',
    metric: null,
  },
} as const satisfies Record<string, Limit>;
