import { ordersV1 } from '@halftone/contracts';
import { z } from 'zod';

const line = z.strictObject({
  imageId: z.uuid(),
  product: z.string().min(1).max(64),
  quantity: z.int().min(1).max(1000),
});

export const placeOrderBody = z
  .strictObject({ lines: z.array(line).min(1).max(100), payment: z.enum(['wallet', 'bank']).default('wallet') })
  .meta({ id: 'PlaceOrder' });

export type PlaceOrderBody = z.infer<typeof placeOrderBody>;

export const paymentMethods: Readonly<Record<PlaceOrderBody['payment'], ordersV1.PaymentMethod>> = {
  wallet: ordersV1.PaymentMethod.WALLET,
  bank: ordersV1.PaymentMethod.BANK,
};
