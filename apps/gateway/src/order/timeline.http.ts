import { Controller, Get, Inject, Param } from '@nestjs/common';
import type { paymentsV1 } from '@halftone/contracts';
import { ORDERS, type OrdersClient, PAYMENTS, type PaymentsClient } from '../clients';
import { SignedIn } from '../http/principal.guard';
import { UuidPipe } from '../http/uuid.pipe';
import { paymentView, refundView } from '../payment/payment.view';
import { timelineEntryView } from './order.view';

/** More tries to pay one order than anybody makes. */
const most = 100;

/** What happened to an order, step by step, and where its money went. Whoever may not see the order learns nothing of its payments. */
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
    const { payments } = await this.payments.listPayments({ limit: most, cursor: '', orderId: id });
    return {
      items: entries.map(timelineEntryView),
      payments: await Promise.all(payments.map((payment) => this.withRefunds(payment))),
    };
  }

  private async withRefunds(payment: paymentsV1.Payment) {
    const { refunds } = await this.payments.listRefunds({ paymentId: payment.id });
    return { ...paymentView(payment), refunds: refunds.map(refundView) };
  }
}
