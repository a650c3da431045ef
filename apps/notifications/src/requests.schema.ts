import { limits, notificationsV1 } from '@halftone/contracts';
import type { RequestSchemas } from '@halftone/grpc';
import { fields } from '@halftone/service';
import { z } from 'zod';

const { pageLimit, cursor } = fields;

/** Maximum length of names such as `customer:NAME`, `orders/ID` and `order.paid`. */
const name = z.string().max(128);
const sequence = z.int().min(0);

export const notificationsRequests: RequestSchemas<typeof notificationsV1.NotificationsServiceService> = {
  listNotifications: z.object({ limit: pageLimit.optional(), cursor }),
  getSnapshot: z.object({
    channel: name,
    limit: pageLimit.optional(),
    subject: name,
    types: z.array(name).max(limits.pageItems.value),
  }),
  // The chat refuses messages one by one, so that the stream continues. Here only gRPC's message size bounds the text.
  chat: z.object({
    join: z.object({ room: name, after: sequence }).optional(),
    say: z.object({ text: z.string(), clientId: z.string() }).optional(),
  }),
};
