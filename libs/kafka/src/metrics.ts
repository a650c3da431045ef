import { counter, gauge } from '@halftone/service';

export const consumerHandled = counter(
  'consumer_handled_total',
  'Deliveries by what became of them: done, retried or dead',
  ['group', 'type', 'outcome'],
);

export const consumerLag = gauge('consumer_lag', 'Messages behind the end of the partition, as of the last batch', [
  'group',
  'topic',
  'partition',
]);
