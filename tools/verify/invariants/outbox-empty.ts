import { each, type Invariant } from '../invariant.ts';

/** Whatever was written to be published has been. */
export const outboxEmpty: Invariant = {
  name: 'outbox-empty',
  settles: true,
  judge: ({ rows }) => each(rows.outbox, (waiting) => ({ waiting })),
};
