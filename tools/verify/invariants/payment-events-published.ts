import { all, each, groupBy, isKept, type Finding, type Invariant } from '../invariant.ts';
import type { Records } from '../records.ts';
import type { PaymentRow } from '../row.ts';
import { refusedEvents } from './consumption.ts';

interface Announced {
  subject: string;
  type: string;
  /** One event for each of them. */
  customers: string[];
  createdAt: Date;
}

export const paymentEventsPublished: Invariant = {
  name: 'payment-events-published',
  says: 'Each payment and refund that has come to an end was announced once, each transfer once to either side, and no event announces one that is not there.',
  reads: ['payments', 'refunds', 'transfers', 'topic payments', 'dead letters'],
  shows: 'subject, type, customers, onKafka | onKafka, row',
  settles: true,
  judge: ({ rows, records }) => {
    const transfers = rows.transfers.map(({ id, sender, recipient, createdAt }) => ({
      subject: `transfers/${id}`,
      type: 'transfer.completed',
      customers: [sender, recipient],
      createdAt,
    }));
    const announced = [...ended('payment', rows.payments), ...ended('refund', rows.refunds), ...transfers];
    return judgeAnnounced(announced, records);
  },
};

/** What waits for the bank is not announced yet. */
const ended = (kind: string, rows: readonly Ending[]): Announced[] =>
  rows
    .filter(({ status }) => status !== 'pending')
    .map(({ id, status, customer, createdAt }) => ({
      subject: `${kind}s/${id}`,
      type: `${kind}.${status}`,
      customers: [customer],
      createdAt,
    }));

type Ending = Pick<PaymentRow, 'id' | 'status' | 'customer' | 'createdAt'>;

function judgeAnnounced(rows: Announced[], records: Records): Finding {
  const events = records.payments;
  const refused = refusedEvents(records);
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
      subjects.has(subject) || refused.has(id) ? undefined : { onKafka: { id, type, subject }, row: null },
    ),
  );
}
