import type { Layout } from './frame.ts';
import { figure, series, spread } from './panel.ts';
import { highest, perSecond, pickedAnd, quantile, total } from './query.ts';

const realtimeOnly = pickedAnd('service="realtime"');
const deliveries = perSecond('realtime_deliveries_total', 'pod');

const rows: Layout['rows'] = [
  {
    title: 'Listeners',
    panels: [
      series({
        title: 'Open connections by transport',
        description: 'WebSocket, SSE and polls that wait.',
        unit: 'short',
        queries: [{ expr: total('realtime_connections', 'transport'), legend: '{{transport}}' }],
        stacked: true,
      }),
      series({
        title: 'Open connections by pod',
        description:
          'After a pod went, its listeners are spread over the others: a step here and a hill in "How do listeners come back?".',
        unit: 'short',
        queries: [{ expr: total('realtime_connections', 'pod'), legend: '{{pod}}' }],
        stacked: true,
      }),
      series({
        title: 'Why do connections close?',
        description: 'Per second: the client went, goodbye at a rollout, too slow a reader, or no heartbeat.',
        unit: 'ops',
        queries: [{ expr: perSecond('realtime_closes_total', 'reason'), legend: '{{reason}}' }],
      }),
      series({
        title: 'How do listeners come back?',
        description:
          'Resumes per second by what filled the gap: memory, Kafka, or nothing ("reset": the cursor is older than the feed).',
        unit: 'ops',
        queries: [{ expr: perSecond('realtime_resumes_total', 'source'), legend: 'from {{source}}' }],
      }),
      figure({
        title: 'Resets in the time shown',
        description: 'Listeners that got a reset, because their cursor is too old to fill the gap.',
        unit: 'short',
        queries: [{ expr: 'sum (increase(realtime_resumes_total{source="reset"}[$__range]))', legend: 'resets' }],
        limits: { warn: 1, bad: 5 },
      }),
      series({
        title: 'Listeners cut because they did not read',
        description:
          'Per second and pod. Each has a limit of bytes that wait, so that one slow reader cannot fill the memory.',
        unit: 'ops',
        queries: [{ expr: perSecond('realtime_slow_consumers_total', 'pod'), legend: '{{pod}}' }],
        limits: { warn: 0.1, bad: 1 },
        width: 12,
      }),
      series({
        title: 'Who is turned away, and why?',
        description:
          'Per second: too many at the same time (they come back in seconds), or connections or memory at their limit (the pod is not ready meanwhile).',
        unit: 'ops',
        queries: [{ expr: perSecond('realtime_refusals_total', 'reason'), legend: '{{reason}}' }],
        limits: { warn: 1, bad: 50 },
        width: 24,
      }),
    ],
  },
  {
    title: 'Events',
    panels: [
      series({
        title: 'Deliveries',
        description: 'Events handed to connections, per second and pod.',
        unit: 'ops',
        queries: [{ expr: deliveries, legend: '{{pod}}' }],
        stacked: true,
      }),
      series({
        title: 'How late do listeners receive an event?',
        description: 'From the time of the feed event until it was written to the sockets.',
        unit: 's',
        queries: [0.5, 0.95, 0.99].map((q) => ({
          expr: quantile(q, 'realtime_feed_delay_seconds'),
          legend: `p${q * 100}`,
        })),
        limits: { warn: 0.5, bad: 2.5 },
        exemplars: true,
      }),
      spread({
        title: 'Delays of the feed',
        description: 'How many feed events took how long.',
        unit: 's',
        queries: [{ expr: perSecond('realtime_feed_delay_seconds_bucket', 'le'), legend: '{{le}}' }],
      }),
      series({
        title: 'Events kept in memory',
        description: 'What a replica can resume from without Kafka: the last minutes of every channel.',
        unit: 'short',
        queries: [{ expr: highest('realtime_window_events', 'pod'), legend: '{{pod}}' }],
        width: 12,
      }),
      series({
        title: 'Feed records that came twice',
        description:
          'Dropped by their sequence number before any listener sees them; a relay that was killed publishes some again.',
        unit: 'ops',
        queries: [{ expr: perSecond('realtime_duplicates_dropped_total', 'pod'), legend: '{{pod}}' }],
        width: 12,
      }),
    ],
  },
  {
    title: 'What does it cost?',
    panels: [
      series({
        title: 'CPU',
        description:
          'Seconds of CPU per second, by pod. One is a whole core, and a Node process does not use more for its own code.',
        unit: 'percentunit',
        queries: [{ expr: perSecond('process_cpu_seconds_total', 'pod', realtimeOnly), legend: '{{pod}}' }],
        limits: { warn: 0.6, bad: 0.9 },
      }),
      series({
        title: 'Deliveries per second of CPU',
        description: 'How much a core gives. Rises under load, as events that come together are written together.',
        unit: 'short',
        queries: [
          { expr: `${deliveries} / ${perSecond('process_cpu_seconds_total', 'pod', realtimeOnly)}`, legend: '{{pod}}' },
        ],
      }),
      series({
        title: 'How late is the event loop?',
        description: '99 of 100 turns, by pod. All listeners of a pod wait that long.',
        unit: 's',
        queries: [{ expr: highest('nodejs_eventloop_lag_p99_seconds', 'pod', realtimeOnly), legend: '{{pod}}' }],
        limits: { warn: 0.1, bad: 0.25 },
      }),
    ],
  },
];

/** Do listeners receive every event once, in time, on every transport? */
export const realtime: Layout = {
  name: 'realtime',
  title: 'Halftone: realtime',
  description: 'Connections, deliveries, how late they are, how clients come back, and what each delivery costs.',
  services: 'realtime',
  rows,
};
