import { z } from 'zod';
import { amount, currency } from '../payment/payment.schema';

export const createTransferBody = z
  .strictObject({ to: z.string().min(1).max(64), amount, currency })
  .meta({ id: 'CreateTransfer' });

export type CreateTransferBody = z.infer<typeof createTransferBody>;
