import type { paymentsV1 } from '@halftone/contracts';
import { isoTime } from '../http/words';

/** A pure function of the transfer, so that a replayed answer has the bytes of the first one. */
export const transferView = ({ id, from, to, amount, currency, createdAt }: paymentsV1.Transfer) => ({
  id,
  from,
  to,
  amount,
  currency,
  createdAt: isoTime(createdAt),
});
