import { z } from 'zod';

const channel = z.string().min(1).max(160);

/** What a WebSocket client may say. Unknown fields are refused, so that a typo does not pass for a request without it. */
export const clientMessage = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('subscribe'),
    channel: channel.default('me'),
    cursor: z.string().max(200).nullish(),
  }),
  z.strictObject({ type: z.literal('unsubscribe'), channel: channel.default('me') }),
  z.strictObject({ type: z.literal('ping') }),
]);

export type ClientMessage = z.output<typeof clientMessage>;

/** The query of a GET; `wait` is in seconds. Browsers and proxies add parameters of their own: those are passed over. */
export const eventsQuery = z.object({
  ticket: z.string().max(200).optional(),
  channel: channel.default('me'),
  cursor: z.string().max(200).optional(),
  wait: z.coerce.number().int().min(0).max(60).default(0),
});

export type EventsQuery = z.output<typeof eventsQuery>;
