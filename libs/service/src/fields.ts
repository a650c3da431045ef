import { limits } from '@halftone/contracts';
import { LARGEST_AMOUNT } from '@halftone/kernel';
import { z } from 'zod';

const text = (limit: { value: number }) => z.string().max(limit.value);

/**
 * The fields of all commands, each with its one rule. The gateway's bodies and the services' gRPC requests are built
 * from these, so no protocol accepts what another rejects.
 */
export const fields = {
  /** An id in a lookup: a text that is not a UUID does not exist. Empty where it is optional. */
  anyId: z.string().max(64),
  customer: text(limits.customerLength).min(1),
  password: text(limits.passwordLength).min(1),
  product: text(limits.productLength).min(1),
  quantity: z.int().min(1).max(limits.lineQuantity.value),
  /** Minor units: a positive integer that a JSON number holds exactly. */
  amount: z.int().min(1).max(LARGEST_AMOUNT).describe('minor units (cents)'),
  currency: z.string().regex(/^[A-Z]{3}$/, 'three capital letters (ISO 4217)'),
  description: text(limits.descriptionLength),
  cursor: text(limits.cursorLength),
  pageLimit: z.int().min(1).max(limits.pageItems.value),
  /** Visible ASCII. Empty means that there is none, which the service rejects with its own code. */
  idempotencyKey: z.string().regex(/^[\x21-\x7e]{0,255}$/, '1 to 255 visible ASCII characters'),
} as const;
