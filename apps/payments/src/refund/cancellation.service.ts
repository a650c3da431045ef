import type { ordersV1, paymentsV1 } from '@halftone/contracts';
import { assertPermitted, DomainError, isDomainError, parseIds, uuidv7 } from '@halftone/kernel';
import { failpoint, planted, type Principal } from '@halftone/service';
import { Inject, Injectable } from '@nestjs/common';
import { PaymentStore } from '../payment/payment.store';
import { decide, refundedBySaga, reservedBy } from './refund';
import { RefundStore } from './refund.store';
import type { GrpcClient } from '@halftone/grpc';

/** The injection token of the orders client. */
export const ORDERS = Symbol('orders.OrdersService');

export type OrdersClient = GrpcClient<typeof ordersV1.OrdersServiceService>;

/** The time limit of a call to orders. */
const cancelTimeoutMs = 1_500;

/**
 * Cancels an order before its owner gets a refund, so that it is never printed. This runs before any transaction and key claim.
 * If this process crashes afterwards, the saga makes the refund.
 */
@Injectable()
export class CancellationService {
  constructor(
    private readonly payments: PaymentStore,
    private readonly refunds: RefundStore,
    @Inject(ORDERS) private readonly orders: OrdersClient,
  ) {}

  /** Throws like `decide` of a refund, or REFUND_NEEDS_OPERATOR. Does nothing for a payment without an order. */
  async cancelOrderOf({ customer }: Principal, request: paymentsV1.CreateRefundRequest): Promise<void> {
    const [payment] = await this.payments.find({ customer }, parseIds([request.paymentId]));
    if (!payment) throw new DomainError('PAYMENT_NOT_FOUND', `no payment ${request.paymentId}`);
    const { id, orderId } = payment;
    if (orderId === null)
      return assertPermitted('payments.CreateRefund', { caller: 'owner', state: 'of no order' }, `payment ${id}`);
    const made = await this.refunds.ofPayments([id]);
    if (refundedBySaga(made, request.amount)) return;
    const { amount, reason } = request;
    const command = {
      id: uuidv7(),
      amount,
      reason,
      orderedBy: 'owner',
      principal: customer,
      requestKey: null,
    } as const;
    // A refund that would be refused must not cancel the order.
    decide(command, payment, reservedBy(made), new Date());
    await this.cancel(orderId, id);
    await failpoint('payments.refund.cancelled');
  }

  private async cancel(orderId: string, paymentId: string): Promise<void> {
    if (planted('refund.order-unasked')) return;
    if (planted('refund.passes-as-saga')) return;
    const cancelled = await this.orders.cancelOrder({ orderId, reason: '' }, { timeoutMs: cancelTimeoutMs }).then(
      () => true,
      (error: unknown) => {
        if (isDomainError(error) && error.code === 'ORDER_TRANSITION_ILLEGAL') return false;
        throw error;
      },
    );
    const state = cancelled ? 'of an order that can be cancelled' : 'of an order that is printed';
    const how = `order ${orderId} is printed: ask an operator by POST /v1/payments/${paymentId}/refund-requests`;
    assertPermitted('payments.CreateRefund', { caller: 'owner', state }, how);
  }
}
