import { z } from 'zod';

/** Minor units: a positive integer that a JSON number holds exactly. */
export const amount = z.int().min(1).describe('minor units (cents)');

export const currency = z.string().regex(/^[A-Z]{3}$/, 'three capital letters (ISO 4217)');

export const createPaymentBody = z
  .strictObject({ amount, currency, description: z.string().max(200).default('') })
  .meta({ id: 'CreatePayment' });

export type CreatePaymentBody = z.infer<typeof createPaymentBody>;
