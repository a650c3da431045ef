import { feedTypes } from '@halftone/contracts';
import { parseId } from '@halftone/kernel';
import { idSchema } from '@halftone/service';
import { z } from 'zod';

/** Normalizes the id, so that every spelling of `order:ID` is the same room. */
function withCanonicalId(name: string): string {
  const [kind = '', id = ''] = name.split(':');
  return `${kind}:${parseId(id) ?? id}`;
}

const channel = z.string().min(1).max(160);
const cursor = z.string().max(200);

/** An unknown type is refused, because it has no events. */
export const eventTypes = z
  .array(
    z
      .string()
      .max(64)
      .refine((type) => feedTypes.has(type), { error: `must be one of ${[...feedTypes].join(', ')}` }),
  )
  .max(16);
const room = z
  .string()
  .regex(/^[a-z]+:[\w.-]{1,128}$/)
  .overwrite(withCanonicalId);
const name = z.string().regex(/^[\w.-]{1,64}$/);

/** The messages of a WebSocket client. Unknown fields are refused, because they may be typos. */
export const clientMessage = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('subscribe'),
    channel: channel.default('me'),
    cursor: cursor.nullish(),
    types: eventTypes.optional(),
    snapshot: z.boolean().optional(),
  }),
  z.strictObject({ type: z.literal('unsubscribe'), channel: channel.default('me') }),
  z.strictObject({ type: z.literal('resume'), session: z.string().max(64).optional() }),
  z.strictObject({ type: z.literal('ack'), channel: channel.default('me'), cursor }),
  z.strictObject({ type: z.literal('auth'), token: z.string().max(4_096) }),
  z.strictObject({ type: z.literal('ping') }),
  z.strictObject({ type: z.literal('cancel'), imageId: idSchema }),
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
