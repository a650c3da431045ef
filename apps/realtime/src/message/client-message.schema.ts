import { z } from 'zod';

const channel = z.string().min(1).max(160);
const cursor = z.string().max(200);
const types = z.array(z.string().regex(/^[a-z][a-z0-9.-]{0,63}$/)).max(16);
const room = z.string().regex(/^[a-z]+:[\w.-]{1,128}$/);
const name = z.string().regex(/^[\w.-]{1,64}$/);

/** What a WebSocket client may say. Unknown fields are refused, so that a typo does not pass for a request without it. */
export const clientMessage = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('subscribe'),
    channel: channel.default('me'),
    cursor: cursor.nullish(),
    types: types.optional(),
    snapshot: z.boolean().optional(),
  }),
  z.strictObject({ type: z.literal('unsubscribe'), channel: channel.default('me') }),
  z.strictObject({ type: z.literal('resume'), session: z.string().max(64).optional() }),
  z.strictObject({ type: z.literal('ack'), channel: channel.default('me'), cursor }),
  z.strictObject({ type: z.literal('auth'), token: z.string().max(4_096) }),
  z.strictObject({ type: z.literal('ping') }),
  z.strictObject({ type: z.literal('cancel'), imageId: z.uuid() }),
  z.strictObject({ type: z.literal('chat.join'), room, after: z.int().min(0).default(0) }),
  z.strictObject({ type: z.literal('chat.leave'), room }),
  z.strictObject({ type: z.literal('chat.send'), room, text: z.string().min(1).max(4_096), clientId: name }),
  z.strictObject({ type: z.literal('chat.typing'), room }),
  z.strictObject({ type: z.literal('rtc.join'), room, peer: name.optional() }),
  z.strictObject({ type: z.literal('rtc.leave'), room }),
  z.strictObject({
    type: z.literal('rtc.signal'),
    room,
    peer: name,
    description: z.record(z.string(), z.unknown()).optional(),
    candidate: z.record(z.string(), z.unknown()).nullish(),
  }),
  z.strictObject({ type: z.literal('rtc.turn'), room }),
]);

export type ClientMessage = z.output<typeof clientMessage>;
