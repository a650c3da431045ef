import { all, each, groupBy, isKept, type Finding, type Invariant } from '../invariant.ts';
import type { EventRecord, Records } from '../records.ts';

interface Announced {
  subject: string;
  type: string;
  /** One event for each of them. */
  customers: string[];
  createdAt: Date;
}

/** Each payment was announced once, each transfer once to either side, and no event announces one that is not there. */
export const paymentEventsPublished: Invariant = {
  name: 'payment-events-published',
  settles: true,
  judge: ({ rows, records }) => {
    const payments = rows.payments.map(({ id, status, customer, createdAt }) => ({
      subject: `payments/${id}`,
      type: `payment.${status}`,
      customers: [customer],
      createdAt,
    }));
    const transfers = rows.transfers.map(({ id, sender, recipient, createdAt }) => ({
      subject: `transfers/${id}`,
      type: 'transfer.completed',
      customers: [sender, recipient],
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
      ({ subject, type, customers }) => {
        const found = (bySubject.get(subject) ?? []).map(({ id, type: of, key }) => ({ id, type: of, key }));
        const once = customers.every((customer) => found.filter(({ key }) => key === customer).length === 1);
        const same = found.length === customers.length && found.every(({ type: of }) => of === type);
        return once && same ? undefined : { subject, type, customers, onKafka: found };
      },
    ),
    each(events, ({ id, type, subject }) =>
      subjects.has(subject) ? undefined : { onKafka: { id, type, subject }, row: null },
    ),
  );
}
