import type { Layout } from './frame.ts';
import { figure, series, spread } from './panel.ts';
import { highest, perSecond, pickedAnd, quantile, share, total } from './query.ts';

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
        width: 6,
      }),
      series({
        title: 'Which step do orders take?',
        description:
          'Transitions per second by the status they lead to. Where a line is lower than the one before it, orders wait in between.',
        unit: 'ops',
        queries: [{ expr: perSecond('order_transitions_total', 'status'), legend: '{{status}}' }],
        width: 6,
      }),
      series({
        title: 'Which steps take too long?',
        description:
          'Orders whose time in a status ran out, per second. The readme of orders has what follows by itself; a refund waits for a person.',
        unit: 'ops',
        queries: [{ expr: perSecond('order_step_timeouts_total', 'status'), legend: '{{status}}' }],
        width: 6,
      }),
      series({
        title: 'How do orders end?',
        description: 'Sagas that ended, per second, by outcome.',
        unit: 'ops',
        queries: [{ expr: perSecond('order_saga_duration_seconds_count', 'outcome'), legend: '{{outcome}}' }],
        stacked: true,
        width: 6,
      }),
      series({
        title: 'How long does an order take to its end?',
        description:
          'From placed to shipped, cancelled or refunded. A dot is one order; its trace shows the step it waited in.',
        unit: 's',
        queries: [0.5, 0.95, 0.99].map((q) => ({
          expr: quantile(q, 'order_saga_duration_seconds'),
          legend: `p${q * 100}`,
        })),
        limits: { warn: 10, bad: 30 },
        exemplars: true,
        width: 12,
      }),
      spread({
        title: 'Durations of sagas',
        description: 'How many orders took how long. A second band above the first is a step that is tried again.',
        unit: 's',
        queries: [{ expr: perSecond('order_saga_duration_seconds_bucket', 'le'), legend: '{{le}}' }],
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
        description: 'Customers without money. If it is most of them, a price or a balance is wrong.',
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
          {
            expr: quantile(0.95, 'db_transaction_duration_seconds', 'service, outcome'),
            legend: '{{service}} {{outcome}}',
          },
        ],
        limits: { warn: 0.1, bad: 0.5 },
        width: 16,
      }),
    ],
  },
  {
    title: 'The bank',
    panels: [
      series({
        title: 'What does the bank say?',
        description:
          'Attempts per second by how they ended. "unknown" is asked again by reference, never debited blindly.',
        unit: 'ops',
        queries: [{ expr: perSecond('payments_bank_attempts_total', 'kind, outcome'), legend: '{{kind}} {{outcome}}' }],
      }),
      series({
        title: 'What waits for the bank?',
        description: 'Debits and credits whose outcome is not known yet, as payments sees them.',
        unit: 'short',
        queries: [{ expr: highest('payments_bank_operations_waiting'), legend: 'waiting' }],
      }),
      series({
        title: 'How long has the oldest waited?',
        description: 'A payment is given up after ten minutes, a refund never.',
        unit: 's',
        queries: [{ expr: highest('payments_bank_operations_age_seconds'), legend: 'oldest' }],
        limits: { warn: 60, bad: 600 },
      }),
      series({
        title: 'Is the breaker open?',
        description: 'Replicas of payments by the state of their breaker: an open one lets no call through.',
        unit: 'short',
        queries: [{ expr: total('bank_breaker_state', 'state'), legend: '{{state}}' }],
        stacked: true,
      }),
      series({
        title: 'How long does a call take?',
        description: '95 of 100 calls of payments to the bank, by operation.',
        unit: 's',
        queries: [{ expr: quantile(0.95, 'bank_call_duration_seconds', 'operation'), legend: '{{operation}}' }],
        limits: { warn: 0.5, bad: 1.5 },
      }),
      series({
        title: 'Refunds',
        description: 'Per second, by method and outcome.',
        unit: 'ops',
        queries: [{ expr: perSecond('refunds_total', 'method, outcome'), legend: '{{method}} {{outcome}}' }],
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
  services: 'gateway|orders|payments|bank',
  rows,
};
