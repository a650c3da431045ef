import { limits, ordersV1 } from '@halftone/contracts';
import type { RequestSchemas } from '@halftone/grpc';
import { fields } from '@halftone/service';
import { z } from 'zod';

const { anyId, product, description, quantity, idempotencyKey, pageLimit, cursor } = fields;

const line = z.object({ imageId: anyId, product, quantity });

export const ordersRequests: RequestSchemas<typeof ordersV1.OrdersServiceService> = {
  placeOrder: z.object({
    lines: z.array(line).min(1).max(limits.orderLines.value),
    payment: z.enum(ordersV1.PaymentMethod),
    idempotencyKey,
  }),
  getOrder: z.object({ id: anyId }),
  listOrders: z.object({ limit: pageLimit.optional(), cursor }),
  getOrderTimeline: z.object({ id: anyId }),
  cancelOrder: z.object({ orderId: anyId, reason: description }),
  listProducts: z.object({}),
  setProductAvailability: z.object({ product, available: z.boolean() }),
};
