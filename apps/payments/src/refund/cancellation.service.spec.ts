import { DomainError } from '@halftone/kernel';
import { CancellationService, type OrdersClient } from './cancellation.service';
import type { PaymentStore } from '../payment/payment.store';
import type { RefundStore } from './refund.store';

const paymentId = '01890000-0000-7000-8000-000000000001';
const orderId = '01890000-0000-7000-8000-000000000002';
const payment = {
  ...{ id: paymentId, customer: 'alice', orderId, method: 'wallet', amount: 1_000, currency: 'USD' },
  ...{ refunded: 0, status: 'captured' },
};

test('the refusal for a printed order names the endpoint for a refund request', async () => {
  const payments = { find: async () => [payment] } as unknown as PaymentStore;
  const refunds = { ofPayments: async () => [] } as unknown as RefundStore;
  const isShipped = new DomainError('ORDER_TRANSITION_ILLEGAL', 'it is shipped');
  const orders = { cancelOrder: () => Promise.reject(isShipped) } as unknown as OrdersClient;
  const service = new CancellationService(payments, refunds, orders);
  const request = { paymentId, amount: 0, reason: '' } as Parameters<typeof service.cancelOrderOf>[1];
  await expect(service.cancelOrderOf({ customer: 'alice', role: 'customer' }, request)).rejects.toMatchObject({
    code: 'REFUND_NEEDS_OPERATOR',
    message: expect.stringContaining(`POST /v1/payments/${paymentId}/refund-requests`),
  });
});
