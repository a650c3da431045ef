import { all, each, groupBy, isKept, type Finding, type Invariant } from '../invariant.ts';
import type { EventRecord, Records } from '../records.ts';

interface Announced {
  subject: string;
  type: string;
  createdAt: Date;
}

/** Each payment and transfer was announced by exactly one event, and no event announces one that is not there. */
export const paymentEventsPublished: Invariant = {
  name: 'payment-events-published',
  settles: true,
  judge: ({ rows, records }) => {
    const payments = rows.payments.map(({ id, status, createdAt }) => ({
      subject: `payments/${id}`,
      type: `payment.${status}`,
      createdAt,
    }));
    const transfers = rows.transfers.map(({ id, createdAt }) => ({
      subject: `transfers/${id}`,
      type: 'transfer.completed',
      createdAt,
    }));
    return judgeAnnounced([...payments, ...transfers], records.payments, records);
  },
};

function judgeAnnounced(rows: Announced[], events: EventRecord<unknown>[], records: Records): Finding {
  const bySubject = groupBy(events, ({ subject }) => subject);
  const subjects = new Set(rows.map(({ subject }) => subject));
  return all(
    each(
      rows.filter(({ createdAt }) => isKept(createdAt, records)),
      ({ subject, type }) => {
        const found = (bySubject.get(subject) ?? []).map(({ id, type: of }) => ({ id, type: of }));
        return found.length === 1 && found[0]?.type === type ? undefined : { subject, type, onKafka: found };
      },
    ),
    each(events, ({ id, type, subject }) =>
      subjects.has(subject) ? undefined : { onKafka: { id, type, subject }, row: null },
    ),
  );
}
