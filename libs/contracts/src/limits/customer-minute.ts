import type { Limit } from './limit';

export const customerMinute = {
  ticketsOfCustomer: {
    what: 'Tickets for live streams of one customer in a minute.',
    value: 600,
    unit: 'requests',
    per: 'customer',
    setting: null,
    beyond: 'RATE_LIMITED',
    metric: 'customer_window_refusals_total',
  },
  unknownRecipients: {
    what: 'Transfers of one customer to unknown recipients in a minute. Beyond it every transfer is refused for the rest of the minute.',
    value: 10,
    unit: 'tries',
    per: 'customer',
    setting: null,
    beyond: 'RATE_LIMITED',
    metric: 'customer_window_refusals_total',
  },
} as const satisfies Record<string, Limit>;
