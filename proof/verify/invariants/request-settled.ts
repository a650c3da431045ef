import { each, type Invariant } from '../invariant.ts';

export const requestSettled: Invariant = {
  name: 'request-settled',
  says: 'Every accepted request ends: no key waits for its answer once no work is left.',
  reads: ['keys'],
  shows: 'waiting {schema, customer, route, key, createdAt}',
  settles: true,
  judge: ({ rows }) =>
    each(rows.keys, ({ schema, customer, route, key, response, refused, createdAt }) =>
      response !== null || refused ? undefined : { waiting: { schema, customer, route, key, createdAt } },
    ),
};
