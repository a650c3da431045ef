import type { Layout } from './frame.ts';
import { series, states } from './panel.ts';
import { highest, perSecond, picked, pickedAnd, quantile, total } from './query.ts';

const byPod = '{{pod}}';

const rows: Layout['rows'] = [
  {
    title: 'Utilization',
    panels: [
      series({
        title: 'CPU',
        description: 'Seconds of CPU per second. One is a whole core; garbage collection and sharp use further ones.',
        unit: 'percentunit',
        queries: [{ expr: perSecond('process_cpu_seconds_total', 'pod'), legend: byPod }],
        limits: { warn: 0.6, bad: 0.9 },
        width: 6,
      }),
      series({
        title: 'Memory, of what the process may use',
        description: 'Resident memory by its limit: the container’s, else the machine’s. At 1 the kernel kills it.',
        unit: 'percentunit',
        queries: [
          {
            expr: `${highest('process_resident_memory_bytes', 'pod')} / ${highest('process_memory_limit_bytes', 'pod')}`,
            legend: byPod,
          },
        ],
        limits: { warn: 0.75, bad: 0.9 },
        width: 6,
      }),
      series({
        title: 'How busy is the event loop?',
        description: 'Busy part of the time. Near 1 everything waits; it rises before the lag does.',
        unit: 'percentunit',
        queries: [{ expr: highest('nodejs_eventloop_utilization', 'pod'), legend: byPod }],
        limits: { warn: 0.6, bad: 0.9 },
        width: 6,
      }),
      series({
        title: 'Resident memory',
        description: 'All the memory of the process that is not swapped out.',
        unit: 'bytes',
        queries: [{ expr: highest('process_resident_memory_bytes', 'pod'), legend: byPod }],
        width: 6,
      }),
      series({
        title: 'Heap in use',
        description: 'JavaScript objects. A line that rises over hours and does not fall after collections is a leak.',
        unit: 'bytes',
        queries: [{ expr: highest('nodejs_heap_size_used_bytes', 'pod'), legend: byPod }],
      }),
      series({
        title: 'Memory outside the heap',
        description: 'Buffers: photos, sockets, messages.',
        unit: 'bytes',
        queries: [{ expr: highest('nodejs_external_memory_bytes', 'pod'), legend: byPod }],
      }),
      series({
        title: 'Time in garbage collection',
        description:
          'Seconds per second, by kind. Minor ones are cheap and many; major ones that grow mean a heap near its limit.',
        unit: 'percentunit',
        queries: [{ expr: perSecond('nodejs_gc_duration_seconds_sum', 'kind'), legend: '{{kind}}' }],
        limits: { warn: 0.1, bad: 0.3 },
        stacked: true,
      }),
    ],
  },
  {
    title: 'Saturation',
    panels: [
      series({
        title: 'How late is the event loop?',
        description:
          '99 of 100 turns. Everything that the process does waits that long; 250 ms for two minutes alerts.',
        unit: 's',
        queries: [{ expr: highest('nodejs_eventloop_lag_p99_seconds', 'pod'), legend: byPod }],
        limits: { warn: 0.1, bad: 0.25 },
      }),
      series({
        title: 'Database connections',
        description: 'In all pods of a service. "waiting" is work that found the pool empty.',
        unit: 'short',
        queries: [{ expr: total('db_pool_connections', 'service, state'), legend: '{{service}} {{state}}' }],
      }),
      series({
        title: 'Requests in flight',
        description: 'HTTP requests begun and not answered.',
        unit: 'short',
        queries: [{ expr: total('http_requests_in_flight', 'pod'), legend: byPod }],
      }),
      series({
        title: 'What is open?',
        description:
          'Sockets, timers and other resources that keep the event loop alive. A line that only rises is a leak.',
        unit: 'short',
        queries: [{ expr: total('nodejs_active_resources', 'pod'), legend: byPod }],
      }),
      series({
        title: 'File descriptors',
        description: 'Open ones of those allowed.',
        unit: 'percentunit',
        queries: [
          { expr: `${highest('process_open_fds', 'pod')} / ${highest('process_max_fds', 'pod')}`, legend: byPod },
        ],
        limits: { warn: 0.7, bad: 0.9 },
      }),
      series({
        title: 'How long do transactions take?',
        description: 'Database transactions, 95 of 100, by service.',
        unit: 's',
        queries: [{ expr: quantile(0.95, 'db_transaction_duration_seconds', 'service'), legend: '{{service}}' }],
        limits: { warn: 0.1, bad: 0.5 },
      }),
    ],
  },
  {
    title: 'Poll loops',
    panels: [
      series({
        title: 'Runs that failed',
        description: 'Per second, by loop. After a failure a loop pauses for longer and longer; its log says why.',
        unit: 'short',
        queries: [
          {
            expr: perSecond('poll_runs_total', 'service, loop', pickedAnd('outcome="failed"')),
            legend: '{{service}} {{loop}}',
          },
        ],
        limits: { warn: 0.01, bad: 0.5 },
      }),
      series({
        title: 'Rows passed over',
        description: 'They failed when a loop last worked on them. The rows behind them go on; these are tried again.',
        unit: 'short',
        queries: [{ expr: highest('poll_rows_failing', 'service, loop'), legend: '{{service}} {{loop}}' }],
        limits: { warn: 1, bad: 50 },
      }),
      series({
        title: 'How long does a run take?',
        description: '95 of 100, by loop.',
        unit: 's',
        queries: [
          { expr: quantile(0.95, 'poll_run_duration_seconds', 'service, loop'), legend: '{{service}} {{loop}}' },
        ],
      }),
    ],
  },
  {
    title: 'Errors, starts and stops',
    panels: [
      states({
        title: 'Does it take work?',
        description: 'Readiness of each pod. A band ends where its pod went.',
        unit: 'short',
        queries: [{ expr: `min by (pod) (service_ready{${picked}})`, legend: byPod }],
        yes: 'ready',
        no: 'not ready',
      }),
      states({
        title: 'Does it reach Redis?',
        description: 'Of the services that use it.',
        unit: 'short',
        queries: [{ expr: `min by (pod) (redis_up{${picked}})`, legend: byPod }],
        yes: 'yes',
        no: 'no',
      }),
      series({
        title: 'Transactions rolled back',
        description:
          'Share of all, by service: commands that were refused, races that were lost and are tried again, and failures.',
        unit: 'percentunit',
        queries: [
          {
            expr: `1 - ${perSecond('db_transaction_duration_seconds_count', 'service', pickedAnd('outcome="committed"'))} / ${perSecond('db_transaction_duration_seconds_count', 'service')}`,
            legend: '{{service}}',
          },
        ],
      }),
      series({
        title: 'Age of the process',
        description: 'Since its start. A line that falls to zero is a restart.',
        unit: 's',
        queries: [{ expr: `time() - ${highest('process_start_time_seconds', 'pod')}`, legend: byPod }],
        width: 12,
      }),
      series({
        title: 'How long did start and stop stages take?',
        description: 'On average by service and stage: connect, migrate, serve, consume; refuse, drain, flush, close.',
        unit: 's',
        queries: [
          {
            expr: `sum by (service, stage) (service_stage_duration_seconds_sum{${picked}}) / sum by (service, stage) (service_stage_duration_seconds_count{${picked}})`,
            legend: '{{service}} {{stage}}',
          },
        ],
        limits: { warn: 5, bad: 20 },
        width: 12,
      }),
    ],
  },
];

/** Utilization, saturation and errors of every Node process. */
export const processes: Layout = {
  name: 'processes',
  title: 'Halftone: Node processes',
  description:
    'For each process: how busy, what waits, what fails. CPU, event loop, memory, garbage collection, database pool, starts and stops.',
  services: '.*',
  rows,
};
