import { all, each, groupBy, isKept, type Finding, type Invariant } from '../invariant.ts';
import type { Records } from '../records.ts';

type FeedRecord = Records['feed'][number];

const placeOf = ({ channel, seq }: { channel: string; seq: number }): string => `${channel}#${seq}`;
const brief = ({ id, value: { channel, seq, type, subject } }: FeedRecord) => ({ id, channel, seq, type, subject });

/** First copies stand in the order of their numbers, one apart: a reader of the topic sees no gap at any moment. */
function judgeOrder(feed: readonly FeedRecord[], lostBeginning: boolean): Finding {
  const channels = groupBy(feed, ({ value }) => value.channel);
  return each(
    [...channels.values()].flatMap((list) => list.map((record, index) => ({ record, before: list[index - 1] }))),
    ({ record, before }) => {
      const expected = before ? before.value.seq + 1 : lostBeginning ? record.value.seq : 1;
      return record.value.seq === expected
        ? undefined
        : { channel: record.value.channel, expected, found: brief(record) };
    },
  );
}

export const feedComplete: Invariant = {
  name: 'feed-complete',
  says: 'Per channel, the feed on Kafka is 1..n in order and has the same events as the notifications in the database.',
  reads: ['notifications', 'topic feed'],
  shows: 'notification, onKafka | onKafka, notification | channel, expected, found',
  settles: true,
  judge: ({ rows, records }) => {
    const onKafka = new Map(records.feed.map((record) => [placeOf(record.value), record]));
    const known = new Set(rows.notifications.map(placeOf));
    return all(
      each(
        rows.notifications.filter(({ time }) => isKept(time, records)),
        (notification) => {
          const record = onKafka.get(placeOf(notification));
          const same =
            record?.value.id === notification.id &&
            record.value.type === notification.type &&
            record.value.subject === notification.subject;
          return same ? undefined : { notification, onKafka: record ? brief(record) : null };
        },
      ),
      each(records.feed, (record) =>
        known.has(placeOf(record.value)) ? undefined : { onKafka: brief(record), notification: null },
      ),
      judgeOrder(records.feed, records.keptSince !== undefined),
    );
  },
};
