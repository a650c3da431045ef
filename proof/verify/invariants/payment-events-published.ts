import { all, each, groupBy, isKept, type Finding, type Invariant } from '../invariant.ts';
import type { Records } from '../records.ts';
import type { PaymentRow, RefundRequestRow } from '../row.ts';
import { refusedEvents } from './consumption.ts';

interface Announced {
  subject: string;
  /** Exactly these, in any order. */
  events: { type: string; key: string }[];
  createdAt: Date;
}

export const paymentEventsPublished: Invariant = {
  name: 'payment-events-published',
  says: 'Each ended payment and refund was published once, each transfer once to either side, each refund request and its answer once; no event is about a row that does not exist.',
  reads: ['payments', 'refunds', 'refundRequests', 'transfers', 'topic payments', 'dead letters'],
  shows: 'subject, events, onKafka | onKafka, row',
  settles: true,
  judge: ({ rows, records }) => {
    const transfers = rows.transfers.map(({ id, sender, recipient, createdAt }) => ({
      subject: `transfers/${id}`,
      events: [sender, recipient].map((key) => ({ type: 'transfer.completed', key })),
      createdAt,
    }));
    const ends = [...ended('payment', rows.payments), ...ended('refund', rows.refunds)];
    return judgeAnnounced([...ends, ...transfers, ...rows.refundRequests.map(asked)], records);
  },
};

/** A payment that waits for the bank has no event yet. */
const ended = (kind: string, rows: readonly Ending[]): Announced[] =>
  rows
    .filter(({ status }) => status !== 'pending')
    .map(({ id, status, customer, createdAt }) => ({
      subject: `${kind}s/${id}`,
      events: [{ type: `${kind}.${status}`, key: customer }],
      createdAt,
    }));

const asked = ({ id, status, customer, createdAt }: RefundRequestRow): Announced => ({
  subject: `refund-requests/${id}`,
  events: ['opened', ...(status === 'open' ? [] : [status])].map((type) => ({
    type: `refund-request.${type}`,
    key: customer,
  })),
  createdAt,
});

type Ending = Pick<PaymentRow, 'id' | 'status' | 'customer' | 'createdAt'>;

function judgeAnnounced(rows: Announced[], records: Records): Finding {
  const events = records.payments;
  const refused = refusedEvents(records);
  const bySubject = groupBy(events, ({ subject }) => subject);
  const subjects = new Set(rows.map(({ subject }) => subject));
  return all(
    each(
      rows.filter(({ createdAt }) => isKept(createdAt, records)),
      ({ subject, events: wanted }) => {
        const found = (bySubject.get(subject) ?? []).map(({ id, type, key }) => ({ id, type, key }));
        const once = wanted.every(
          (one) => found.filter(({ type, key }) => type === one.type && key === one.key).length === 1,
        );
        return once && found.length === wanted.length ? undefined : { subject, events: wanted, onKafka: found };
      },
    ),
    each(events, ({ id, type, subject }) =>
      subjects.has(subject) || refused.has(id) ? undefined : { onKafka: { id, type, subject }, row: null },
    ),
  );
}
