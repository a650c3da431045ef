import { all, each, groupBy, isKept, type Invariant } from '../invariant.ts';
import { refusedEvents } from './consumption.ts';

/** The events of an image in this state, in order. */
const expectedEvents: Readonly<Record<string, readonly string[]>> = {
  ready: ['image.uploaded', 'image.ready'],
  failed: ['image.uploaded', 'image.failed'],
  cancelled: ['image.uploaded', 'image.cancelled'],
};

const renditionsOfReady = 3;

export const imageEventsPublished: Invariant = {
  name: 'image-events-published',
  says: 'A ready photo has all renditions. Kafka has the events 1..version of each photo, each once, and no others.',
  reads: ['images', 'topic images', 'dead letters'],
  shows: 'image, onKafka | onKafka, image',
  settles: true,
  judge: ({ rows, records }) => {
    const bySubject = groupBy(records.images, ({ subject }) => subject);
    const refused = refusedEvents(records);
    const known = new Set(rows.images.map(({ id }) => `images/${id}`));
    return all(
      each(
        rows.images.filter(({ createdAt }) => isKept(createdAt, records)),
        (image) => {
          const events = (bySubject.get(`images/${image.id}`) ?? []).map(({ sequence, type }) => ({ sequence, type }));
          const expected = (expectedEvents[image.status] ?? []).map((type, index) => ({ sequence: index + 1, type }));
          const whole = image.status !== 'ready' || image.renditions === renditionsOfReady;
          const same = expected.length === image.version && JSON.stringify(events) === JSON.stringify(expected);
          return same && whole ? undefined : { image, onKafka: events };
        },
      ),
      each(records.images, ({ id, type, subject }) =>
        known.has(subject) || refused.has(id) ? undefined : { onKafka: { id, type, subject }, image: null },
      ),
    );
  },
};
