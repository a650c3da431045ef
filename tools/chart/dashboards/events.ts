import type { Layout } from './frame.ts';
import { figure, series, spread, states } from './panel.ts';
import { highest, oldestAge, orZero, perSecond, pickedAnd, quantile, total } from './query.ts';

const retried = orZero(
  perSecond('consumer_handled_total', 'group', pickedAnd('outcome="retried"')),
  perSecond('consumer_handled_total', 'group'),
);

const rows: Layout['rows'] = [
  {
    title: 'Outbox and relay',
    panels: [
      series({
        title: 'Rows that wait in the outbox',
        description:
          'As the active relay sees them. It returns to zero within a second unless Kafka or the relay is away.',
        unit: 'short',
        queries: [{ expr: highest('outbox_pending', 'schema'), legend: '{{schema}}' }],
        limits: { warn: 100, bad: 1000 },
      }),
      series({
        title: 'How long has the oldest row waited?',
        description: 'Ten seconds page: then consumers receive no events.',
        unit: 's',
        queries: [{ expr: highest('outbox_age_seconds', 'schema'), legend: '{{schema}}' }],
        limits: { warn: 2, bad: 10 },
      }),
      states({
        title: 'Is there one relay per service?',
        description:
          'One replica at a time publishes, the one that holds the advisory lock. A gap is the time a successor needs.',
        unit: 'short',
        queries: [{ expr: `${total('outbox_relay_active', 'schema')} == bool 1`, legend: '{{schema}}' }],
        yes: 'one',
        no: 'none or several',
      }),
      series({
        title: 'Events published',
        description: 'Rows per second that went from the outbox to Kafka.',
        unit: 'ops',
        queries: [{ expr: perSecond('outbox_published_total', 'topic'), legend: '{{topic}}' }],
        stacked: true,
        width: 12,
      }),
      series({
        title: 'Events handled',
        description:
          'Deliveries per second by group and what became of them. One event is handled by each group that reads its topic.',
        unit: 'ops',
        queries: [{ expr: perSecond('consumer_handled_total', 'group, outcome'), legend: '{{group}} {{outcome}}' }],
        stacked: true,
        width: 12,
      }),
    ],
  },
  {
    title: 'Consumers',
    panels: [
      series({
        title: 'How far behind are consumers?',
        description: 'Events in Kafka that the group has not handled, over all partitions of a topic.',
        unit: 'short',
        queries: [{ expr: 'group_topic:consumer_lag:sum', legend: '{{group}} on {{topic}}' }],
        limits: { warn: 100, bad: 1000 },
      }),
      series({
        title: 'How late is an event when it has been handled?',
        description:
          'From the moment it happened, 95 of 100, by group: outbox, relay, Kafka, waiting and work. A dot opens the trace.',
        unit: 's',
        queries: [{ expr: quantile(0.95, 'event_delay_seconds', 'group'), legend: '{{group}}' }],
        limits: { warn: 1, bad: 2.5 },
        exemplars: true,
      }),
      spread({
        title: 'Delays of events',
        description: 'How many events took how long to be handled.',
        unit: 's',
        queries: [{ expr: perSecond('event_delay_seconds_bucket', 'le'), legend: '{{le}}' }],
      }),
      series({
        title: 'How long does the work on one event take?',
        description: 'The handler and its transaction, 95 of 100, by group and type.',
        unit: 's',
        queries: [
          { expr: quantile(0.95, 'consumer_handle_duration_seconds', 'group, type'), legend: '{{group}} {{type}}' },
        ],
        limits: { warn: 0.1, bad: 0.5 },
        exemplars: true,
        width: 12,
      }),
      series({
        title: 'Events that came twice',
        description:
          'Stopped by the inbox: at least once on the wire, once in effect. A few after each rebalance are normal.',
        unit: 'ops',
        queries: [{ expr: perSecond('inbox_duplicates_total', 'group'), legend: '{{group}}' }],
        width: 6,
      }),
      figure({
        title: 'Dead letters',
        description:
          'Given up in the time shown; the objective is zero. They stand in the topic GROUP.dlq with the reason.',
        unit: 'short',
        queries: [
          {
            expr: 'sum by (group) (increase(dead_letters_total{service=~"$service", pod=~"$pod"}[$__range]))',
            legend: '{{group}}',
          },
        ],
        limits: { warn: 0.5, bad: 1 },
        width: 6,
      }),
    ],
  },
  {
    title: 'What could not be handled',
    panels: [
      series({
        title: 'Parked events',
        description:
          'Set aside because their handler failed, with those of the same key behind them; other keys flow on.',
        unit: 'short',
        queries: [{ expr: highest('parked_events', 'group'), legend: '{{group}}' }],
        width: 5,
        limits: { warn: 1, bad: 50 },
      }),
      series({
        title: 'How long has the oldest parked event waited?',
        description: 'It is tried again with growing pauses, then becomes a dead letter.',
        unit: 's',
        queries: [{ expr: highest('parked_age_seconds', 'group'), legend: '{{group}}' }],
        width: 5,
        limits: { warn: 30, bad: 300 },
      }),
      series({
        title: 'Open dead letters',
        description: 'Neither replayed nor dropped: somebody has to look, with `halftone dlq list`.',
        unit: 'short',
        queries: [{ expr: highest('dead_letters_open', 'group'), legend: '{{group}}' }],
        width: 5,
        limits: { warn: 1, bad: 10 },
      }),
      series({
        title: 'How long has the oldest dead letter been open?',
        description:
          'Zero when none is open. After an hour DeadLettersOld makes a ticket of it; after 30 days the letter is gone.',
        unit: 's',
        queries: [{ expr: oldestAge('dead_letters_oldest_open_timestamp_seconds', 'group'), legend: '{{group}}' }],
        width: 5,
        limits: { warn: 600, bad: 3600 },
      }),
      series({
        title: 'Consumers lost',
        description: 'Times a consumer gave up and a fresh one took its place, per second.',
        unit: 'ops',
        queries: [{ expr: perSecond('consumer_losses_total', 'group'), legend: '{{group}}' }],
        width: 4,
      }),
    ],
  },
  {
    title: 'Photos: the job queue',
    panels: [
      series({
        title: 'Photos that wait',
        description: 'Jobs that no worker has begun.',
        unit: 'short',
        queries: [{ expr: highest('images_queue_depth'), legend: 'waiting' }],
        limits: { warn: 20, bad: 100 },
        width: 6,
      }),
      series({
        title: 'Photos taken in',
        description: 'Uploads per second by type.',
        unit: 'ops',
        queries: [{ expr: perSecond('images_uploaded_total', 'type'), legend: '{{type}}' }],
        stacked: true,
        width: 6,
      }),
      series({
        title: 'Attempts at renditions',
        description:
          'Per second by outcome. A lost lease is a worker that was too slow or died: another one resumes the job once. A decoder that ends for too much memory had a photo that unpacks into more than its head says.',
        unit: 'ops',
        queries: [
          { expr: perSecond('images_job_attempts_total', 'outcome'), legend: '{{outcome}}' },
          { expr: perSecond('images_renderer_ends_total', 'cause'), legend: 'decoder ended: {{cause}}' },
        ],
        width: 6,
      }),
      series({
        title: 'How long do renditions take?',
        description: 'One attempt, 95 of 100, by outcome.',
        unit: 's',
        queries: [{ expr: quantile(0.95, 'images_job_duration_seconds', 'outcome'), legend: '{{outcome}}' }],
        limits: { warn: 2, bad: 10 },
        width: 6,
      }),
    ],
  },
  {
    title: 'Notifications to customers',
    panels: [
      series({
        title: 'Notifications written',
        description: 'Per second by type; each becomes one event of its customer’s feed.',
        unit: 'ops',
        queries: [{ expr: perSecond('notifications_written_total', 'type'), legend: '{{type}}' }],
        stacked: true,
        width: 12,
      }),
      series({
        title: 'Events that are tried again',
        description:
          'Deliveries whose handler failed, per second. The partition waits for them, so the order of a customer’s events holds.',
        unit: 'ops',
        queries: [{ expr: retried, legend: '{{group}}' }],
        limits: { warn: 0.1, bad: 1 },
        width: 12,
      }),
    ],
  },
];

/** Where is an event on its way from the outbox through Kafka to the inbox, and what holds it up? */
export const events: Layout = {
  name: 'events',
  title: 'Halftone: events',
  description: 'Outbox, relay, Kafka, consumer, inbox: what goes in, what comes out, what waits and what was given up.',
  services: 'orders|payments|images|images-worker|notifications|realtime',
  rows,
};
