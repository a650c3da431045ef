import type { Layout } from './frame.ts';
import { figure, series, states } from './panel.ts';
import { highest, perSecond, quantile, share, total } from './query.ts';

const objective = (slo: string) => `1 - slo:error_ratio:rate1h{slo="${slo}"}`;
const order = 'service="gateway", method="POST", route=~"/v[0-9]+/orders"';
const edge = 'service=~"gateway|graph|realtime"';
const http = 'http_server_duration_seconds';

const rows: Layout['rows'] = [
  {
    title: 'Do we keep our promises?',
    panels: [
      figure({
        title: 'Edge availability, last hour',
        description: 'Share of answers of gateway, graph and realtime that were not a 5xx. The objective is 99.9 %.',
        unit: 'percentunit',
        queries: [{ expr: objective('edge-availability'), legend: 'available' }],
        limits: { warn: 0.9995, bad: 0.999 },
      }),
      figure({
        title: 'Orders placed within 500 ms, last hour',
        description: 'Share of POST /orders answered in at most 500 ms, at the gateway. The objective is 95 %.',
        unit: 'percentunit',
        queries: [{ expr: objective('order-latency'), legend: 'in time' }],
        limits: { warn: 0.98, bad: 0.95 },
      }),
      figure({
        title: 'Events handled within 2.5 s, last hour',
        description: 'From the moment it happened until its consumer has committed. The objective is 99 %.',
        unit: 'percentunit',
        queries: [{ expr: objective('event-delay'), legend: 'in time' }],
        limits: { warn: 0.995, bad: 0.99 },
      }),
      figure({
        title: 'Dead letters',
        description: 'Events that a consumer gave up on in the time shown. The objective is zero; each one pages.',
        unit: 'short',
        queries: [{ expr: 'sum (increase(dead_letters_total[$__range]))', legend: 'given up' }],
        limits: { warn: 0.5, bad: 1 },
      }),
      figure({
        title: 'Error budget left of 30 days',
        description:
          'What may still go wrong in the period, as far back as Prometheus remembers. Below zero the promise is broken.',
        unit: 'percentunit',
        queries: [{ expr: 'slo:error_budget_remaining:ratio', legend: '{{slo}}' }],
        limits: { warn: 0.5, bad: 0 },
        width: 8,
      }),
      series({
        title: 'How fast does the error budget burn?',
        description:
          '1 uses the budget up in exactly 30 days. 14.4 over an hour is 2 % of it and pages, 6 over six hours 5 %.',
        unit: 'short',
        queries: [
          { expr: 'slo:burn_rate:rate5m', legend: '{{slo}}, 5 minutes' },
          { expr: 'slo:burn_rate:rate1h', legend: '{{slo}}, 1 hour' },
        ],
        limits: { warn: 1, bad: 14.4 },
        width: 12,
      }),
      series({
        title: 'Which alerts fire?',
        description: 'Each has a paragraph in docs/runbook.md. Zero when none does.',
        unit: 'short',
        queries: [
          {
            expr: 'count by (alertname, severity) (ALERTS{alertstate="firing"}) or vector(0)',
            legend: '{{alertname}} {{severity}}',
          },
        ],
        limits: { warn: 0.5, bad: 1 },
        width: 12,
      }),
    ],
  },
  {
    title: 'What does the shop do?',
    panels: [
      series({
        title: 'Requests at the edge',
        description: 'Requests per second by service, every route but probes and scrapes.',
        unit: 'reqps',
        queries: [{ expr: perSecond(`${http}_count`, 'service', edge), legend: '{{service}}' }],
        stacked: true,
      }),
      series({
        title: 'Share of requests that fail',
        description: 'Answers of 5xx. Errors of clients (4xx) are on the Edge dashboard.',
        unit: 'percentunit',
        queries: [
          {
            expr: share(
              perSecond(`${http}_count`, 'service', `${edge}, status=~"5.."`),
              perSecond(`${http}_count`, 'service', edge),
            ),
            legend: '{{service}}',
          },
        ],
        limits: { warn: 0.001, bad: 0.01 },
      }),
      series({
        title: 'How long does placing an order take?',
        description:
          'POST /orders at the gateway, gRPC to orders and the commit included. A dot is one request; it opens its trace.',
        unit: 's',
        queries: [0.5, 0.95, 0.99].map((q) => ({ expr: quantile(q, http, '', order), legend: `p${q * 100}` })),
        limits: { warn: 0.25, bad: 0.5 },
        exemplars: true,
      }),
      series({
        title: 'Orders placed and ended',
        description:
          'Per second. The two lines lie on each other when orders flow; a gap is orders under way, or a saga that stands.',
        unit: 'ops',
        queries: [
          { expr: perSecond('orders_placed_total', '', ''), legend: 'placed' },
          { expr: perSecond('order_saga_duration_seconds_count', 'outcome', ''), legend: '{{outcome}}' },
        ],
      }),
      series({
        title: 'How late do events arrive?',
        description: 'From the moment it happened until handled, 95 of 100, by consumer group.',
        unit: 's',
        queries: [{ expr: quantile(0.95, 'event_delay_seconds', 'group', ''), legend: '{{group}}' }],
        limits: { warn: 1, bad: 2.5 },
        exemplars: true,
      }),
      series({
        title: 'Who listens?',
        description: 'Connections that are open to realtime, by transport.',
        unit: 'short',
        queries: [{ expr: total('realtime_connections', 'transport', ''), legend: '{{transport}}' }],
        stacked: true,
      }),
    ],
  },
  {
    title: 'Is everything there?',
    panels: [
      states({
        title: 'Ready pods',
        description: 'Whether each pod takes work. A band that ends is a pod that went.',
        unit: 'short',
        queries: [{ expr: 'min by (pod) (service_ready{service=~"$service", pod=~"$pod"})', legend: '{{pod}}' }],
        width: 12,
        yes: 'ready',
        no: 'not ready',
      }),
      series({
        title: 'Which versions run?',
        description: 'Pods by service and version; during a rollout two versions of a service overlap.',
        unit: 'short',
        queries: [
          { expr: 'count by (service, version) (build_info{service=~"$service"})', legend: '{{service}} {{version}}' },
        ],
        stacked: true,
        width: 6,
      }),
      series({
        title: 'What waits?',
        description: 'Rows in outboxes, events that consumers have not handled, photos without renditions.',
        unit: 'short',
        queries: [
          { expr: highest('outbox_pending', 'schema', ''), legend: 'outbox of {{schema}}' },
          { expr: 'sum by (group) (group_topic:consumer_lag:sum)', legend: 'lag of {{group}}' },
          { expr: highest('images_queue_depth', '', ''), legend: 'photos' },
        ],
        limits: { warn: 100, bad: 1000 },
        width: 6,
      }),
    ],
  },
];

/** Is the shop well, and if not, since when and where? */
export const overview: Layout = {
  name: 'overview',
  title: 'Halftone: overview',
  description:
    'Is the shop healthy? Objectives, the rest of their error budgets, and the signals that show where to look next.',
  services: '.*',
  rows,
};
