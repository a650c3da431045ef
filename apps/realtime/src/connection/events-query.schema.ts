import type { EventParameter } from '@halftone/contracts';
import { z } from 'zod';
import { eventTypes } from '../message/client-message.schema';

const types = z
  .string()
  .max(1_024)
  .transform((list) => list.split(',').filter(Boolean))
  .pipe(eventTypes);

/** The query of a GET; `wait` is in seconds. An unknown parameter is refused, because it may be a misspelt filter. */
export const eventsQuery = z.strictObject({
  ticket: z.string().max(200).optional(),
  channel: z.string().min(1).max(160).default('me'),
  cursor: z.string().max(200).optional(),
  types: types.optional(),
  snapshot: z.stringbool().default(false),
  talk: z.stringbool().default(false),
  wait: z.coerce.number().int().min(0).max(60).default(0),
} satisfies Record<EventParameter, z.ZodType>);

export type EventsQuery = z.output<typeof eventsQuery>;
