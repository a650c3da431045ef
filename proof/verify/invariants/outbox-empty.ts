import { each, type Invariant } from '../invariant.ts';

export const outboxEmpty: Invariant = {
  name: 'outbox-empty',
  says: 'Every outbox row has been published.',
  reads: ['outbox'],
  shows: 'waiting {schema, eventId, type, subject}',
  settles: true,
  judge: ({ rows }) => each(rows.outbox, (waiting) => ({ waiting })),
};
