import { paymentsV1 } from '@halftone/contracts';
import { z } from 'zod';
import { pageQuery } from '../http/page.query';

/** More than anything costs: ten billion in a currency of hundredths. */
const largestAmount = 10 ** 12;

/** Minor units: a positive integer that a JSON number holds exactly. */
export const amount = z.int().min(1).max(largestAmount).describe('minor units (cents)');

export const currency = z.string().regex(/^[A-Z]{3}$/, 'three capital letters (ISO 4217)');

const description = z.string().max(200);

const method = z.enum(['wallet', 'bank']).default('wallet');

const fields = z.strictObject({
  orderId: z.uuid().optional().describe('of an order whose payment was declined; it says the amount'),
  amount: amount.optional(),
  currency: currency.optional(),
  description: description.default(''),
  method,
});

type Fields = z.infer<typeof fields>;

const findings = ({ orderId, ...named }: Fields) =>
  (['amount', 'currency'] as const).flatMap((field) => {
    if (orderId === undefined && named[field] === undefined) return [{ field, message: 'is needed without orderId' }];
    if (orderId !== undefined && named[field] !== undefined) return [{ field, message: 'the order says it' }];
    return [];
  });

/** Either an order, which has a price, or an amount of a currency. */
export const createPaymentBody = fields
  .superRefine((body, context) => {
    for (const { field, message } of findings(body)) context.addIssue({ code: 'custom', path: [field], message });
  })
  .meta({ id: 'CreatePayment' });

export type CreatePaymentBody = z.infer<typeof createPaymentBody>;

export const paymentMethods: Readonly<Record<CreatePaymentBody['method'], paymentsV1.PaymentMethod>> = {
  wallet: paymentsV1.PaymentMethod.WALLET,
  bank: paymentsV1.PaymentMethod.BANK,
};

export const paymentsQuery = pageQuery.extend({ order: z.uuid().optional() });

export type PaymentsQuery = z.infer<typeof paymentsQuery>;

/** Without an amount all that is left. */
export const createRefundBody = z
  .strictObject({ amount: amount.optional(), reason: description.default('') })
  .meta({ id: 'CreateRefund' });

export type CreateRefundBody = z.infer<typeof createRefundBody>;
