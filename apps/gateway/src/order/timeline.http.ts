import { Controller, Get, Inject, Param } from '@nestjs/common';
import type { paymentsV1 } from '@halftone/contracts';
import { ORDERS, type OrdersClient, PAYMENTS, type PaymentsClient } from '../clients';
import { SignedIn } from '../http/principal.http';
import { UuidPipe } from '../http/uuid.http';
import { paymentView, refundView } from '../payment/payment.schema';
import { timelineEntryView } from './order.schema';

/** More payments than any order has. */
const maxPayments = 100;

/** The events of an order, with its payments and refunds. A caller who may not see the order gets no payments either. */
@Controller('v1/orders/:id/timeline')
@SignedIn()
export class TimelineHttp {
  constructor(
    @Inject(ORDERS) private readonly orders: OrdersClient,
    @Inject(PAYMENTS) private readonly payments: PaymentsClient,
  ) {}

  @Get()
  async timeline(@Param('id', new UuidPipe('ORDER_NOT_FOUND')) id: string) {
    const { entries } = await this.orders.getOrderTimeline({ id });
    const { payments } = await this.payments.listPayments({ limit: maxPayments, cursor: '', orderId: id });
    const refunds = Map.groupBy(await this.refundsOf(payments), ({ paymentId }) => paymentId);
    return {
      items: entries.map(timelineEntryView),
      payments: payments.map((payment) => ({
        ...paymentView(payment),
        refunds: (refunds.get(payment.id) ?? []).map(refundView),
      })),
    };
  }

  /** One call for the refunds of all payments. */
  private async refundsOf(payments: readonly paymentsV1.Payment[]): Promise<paymentsV1.Refund[]> {
    if (payments.length === 0) return [];
    const paymentIds = payments.map(({ id }) => id);
    return (await this.payments.listRefunds({ paymentId: '', paymentIds })).refunds;
  }
}
