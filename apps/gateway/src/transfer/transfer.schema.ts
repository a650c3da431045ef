import { fields } from '@halftone/service';
import { z } from 'zod';
import type { paymentsV1 } from '@halftone/contracts';
import { isoTime } from '../http/words';

export const createTransferBody = z
  .strictObject({ to: fields.customer, amount: fields.amount, currency: fields.currency })
  .meta({ id: 'CreateTransfer' });

export type CreateTransferBody = z.infer<typeof createTransferBody>;

/** Pure, so that a replayed answer has the bytes of the first one. */
export const transferView = ({ id, from, to, amount, currency, createdAt }: paymentsV1.Transfer) => ({
  id,
  from,
  to,
  amount,
  currency,
  createdAt: isoTime(createdAt),
});
