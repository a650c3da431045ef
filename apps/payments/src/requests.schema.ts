import { limits, paymentsV1 } from '@halftone/contracts';
import type { RequestSchemas } from '@halftone/grpc';
import { LARGEST_AMOUNT } from '@halftone/kernel';
import { fields } from '@halftone/service';
import { z } from 'zod';

const { anyId, customer, password, description, idempotencyKey, pageLimit, cursor, currency } = fields;

/** 0 means that the amount is left out; a service that requires one refuses 0 itself. */
const amount = z.int().min(0).max(LARGEST_AMOUNT);
const method = z.enum(paymentsV1.PaymentMethod);

export const accountsRequests: RequestSchemas<typeof paymentsV1.AccountsServiceService> = {
  verifyPassword: z.object({ customer, password }),
  signIn: z.object({ customer, password }),
  rotateRefreshToken: z.object({ family: anyId, generation: z.int().min(0), idempotencyKey }),
  revokeTokenFamily: z.object({ family: anyId }),
  getAccount: z.object({}),
};

export const paymentsRequests: RequestSchemas<typeof paymentsV1.PaymentsServiceService> = {
  createPayment: z.object({
    amount,
    currency: currency.or(z.literal('')),
    description,
    idempotencyKey,
    method,
    orderId: anyId,
  }),
  getPayment: z.object({ id: anyId }),
  listPayments: z.object({ limit: pageLimit.optional(), cursor, orderId: anyId }),
  createTransfer: z.object({ to: customer, amount, currency, idempotencyKey }),
  createRefund: z.object({ paymentId: anyId, amount, reason: description, idempotencyKey }),
  requestRefund: z.object({ paymentId: anyId, amount, reason: description.min(1), idempotencyKey }),
  listRefundRequests: z.object({
    limit: pageLimit.optional(),
    cursor,
    status: z.enum(paymentsV1.RefundRequestStatus),
    paymentId: anyId,
  }),
  approveRefund: z.object({ refundRequestId: anyId }),
  refuseRefund: z.object({ refundRequestId: anyId, reason: description.min(1) }),
  listRefunds: z.object({ paymentId: anyId, paymentIds: z.array(anyId).max(limits.pageItems.value) }),
};
