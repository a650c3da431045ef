import { z } from 'zod';

const types = z
  .string()
  .max(1_024)
  .transform((list) => list.split(',').filter(Boolean))
  .pipe(z.array(z.string().regex(/^[a-z][a-z0-9.-]{0,63}$/)).max(16));

/** The query of a GET; `wait` is in seconds. Browsers and proxies add parameters of their own: those are passed over. */
export const eventsQuery = z.object({
  ticket: z.string().max(200).optional(),
  channel: z.string().min(1).max(160).default('me'),
  cursor: z.string().max(200).optional(),
  types: types.optional(),
  snapshot: z.stringbool().default(false),
  talk: z.stringbool().default(false),
  wait: z.coerce.number().int().min(0).max(60).default(0),
});

export type EventsQuery = z.output<typeof eventsQuery>;
