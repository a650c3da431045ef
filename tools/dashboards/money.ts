import type { Layout } from './frame.ts';
import { figure, series, spread } from './panel.ts';
import { perSecond, pickedAnd, quantile, share } from './query.ts';

const rows: Layout['rows'] = [
  {
    title: 'Orders',
    panels: [
      series({
        title: 'Orders placed',
        description: 'Per second, by the way they are paid.',
        unit: 'ops',
        queries: [{ expr: perSecond('orders_placed_total', 'payment'), legend: '{{payment}}' }],
        stacked: true,
      }),
      series({
        title: 'Which step do orders take?',
        description:
          'Transitions per second by the status they lead to. Orders pile up before the line that is lower than the one before it.',
        unit: 'ops',
        queries: [{ expr: perSecond('order_transitions_total', 'status'), legend: '{{status}}' }],
      }),
      series({
        title: 'How do orders end?',
        description: 'Sagas that ended, per second, by outcome.',
        unit: 'ops',
        queries: [{ expr: perSecond('order_saga_seconds_count', 'outcome'), legend: '{{outcome}}' }],
        stacked: true,
      }),
      series({
        title: 'How long does an order take to its end?',
        description: 'From placed to shipped or cancelled. A dot is one order; its trace shows the step it waited in.',
        unit: 's',
        queries: [0.5, 0.95, 0.99].map((q) => ({ expr: quantile(q, 'order_saga_seconds'), legend: `p${q * 100}` })),
        limits: { warn: 10, bad: 30 },
        exemplars: true,
        width: 12,
      }),
      spread({
        title: 'Durations of sagas',
        description: 'How many orders took how long. A second band above the first is a step that is tried again.',
        unit: 's',
        queries: [{ expr: perSecond('order_saga_seconds_bucket', 'le'), legend: '{{le}}' }],
        width: 12,
      }),
    ],
  },
  {
    title: 'Payments, transfers and the ledger',
    panels: [
      series({
        title: 'Payments',
        description: 'Per second, by method and outcome.',
        unit: 'ops',
        queries: [{ expr: perSecond('payments_total', 'method, outcome'), legend: '{{method}} {{outcome}}' }],
      }),
      figure({
        title: 'Share of payments declined',
        description: 'Customers without money. Most of them at once is a price or a balance gone wrong.',
        unit: 'percentunit',
        queries: [
          {
            expr: share(perSecond('payments_total', '', pickedAnd('outcome="declined"')), perSecond('payments_total')),
            legend: 'declined',
          },
        ],
        limits: { warn: 0.2, bad: 0.5 },
      }),
      series({
        title: 'Transfers between customers',
        description: 'Per second, by outcome.',
        unit: 'ops',
        queries: [{ expr: perSecond('transfers_total', 'outcome'), legend: '{{outcome}}' }],
        width: 12,
      }),
      series({
        title: 'Money posted to the ledger',
        description:
          'Whole units of the currency per second, by kind of posting. Each posting moves the sum from one account to another.',
        unit: 'short',
        queries: [
          {
            expr: `${perSecond('ledger_posted_minor_total', 'kind, currency')} / 100`,
            legend: '{{kind}} {{currency}}',
          },
        ],
        stacked: true,
      }),
      series({
        title: 'How long do transactions take?',
        description:
          'Database transactions, 95 of 100, by service and outcome. Rolled back are refused commands, lost races that are tried again, and failures.',
        unit: 's',
        queries: [
          { expr: quantile(0.95, 'db_transaction_seconds', 'service, outcome'), legend: '{{service}} {{outcome}}' },
        ],
        limits: { warn: 0.1, bad: 0.5 },
        width: 16,
      }),
    ],
  },
  {
    title: 'Money once',
    panels: [
      series({
        title: 'Requests that came twice',
        description: 'Answered again without doing it again: from Redis, the fast path, or from PostgreSQL, the truth.',
        unit: 'reqps',
        queries: [{ expr: perSecond('idempotent_replays_total', 'source'), legend: 'from {{source}}' }],
        stacked: true,
      }),
      series({
        title: 'Keys used wrongly',
        description: 'The same key with another body (422), or while the first request still runs (409).',
        unit: 'reqps',
        queries: [{ expr: perSecond('idempotency_conflicts_total', 'reason'), legend: '{{reason}}' }],
      }),
      series({
        title: 'What does the fast path say?',
        description:
          'Outcomes of the look into Redis. "away" is Redis not answering: then PostgreSQL decides, slower and just as right.',
        unit: 'reqps',
        queries: [{ expr: perSecond('replay_cache_total', 'outcome'), legend: '{{outcome}}' }],
        stacked: true,
      }),
    ],
  },
];

/** Do orders get to their end, and does money move exactly when it should? */
export const money: Layout = {
  name: 'money',
  title: 'Halftone: money',
  description: 'Orders from placed to shipped, payments, transfers, the ledger, and the requests that came twice.',
  services: 'gateway|orders|payments',
  rows,
};
