import { each, type Invariant } from '../invariant.ts';

export const outboxEmpty: Invariant = {
  name: 'outbox-empty',
  says: 'Whatever was written to be published has been.',
  reads: ['outbox'],
  shows: 'waiting {schema, eventId, type, subject}',
  settles: true,
  judge: ({ rows }) => each(rows.outbox, (waiting) => ({ waiting })),
};
