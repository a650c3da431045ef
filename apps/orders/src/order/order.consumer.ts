import { type eventsV1, topics } from '@halftone/contracts';
import { type EventHandlers, on, type Received } from '@halftone/kafka';
import { Injectable } from '@nestjs/common';
import type { SagaCommand } from './order';
import { OrderService } from './order.service';

/**
 * The order saga. Payment events mark an order paid, failed or refunded. A paid order is printed, a printed order is shipped.
 * Each step has its own event, so a restarted process continues where the last one stopped.
 */
@Injectable()
export class OrderConsumer implements EventHandlers {
  constructor(private readonly orders: OrderService) {}

  readonly handlers = [
    on(topics.payments, 'payment.captured', ({ id, value }) => this.applyPayment(id, value, { type: 'MarkPaid' })),
    on(topics.payments, 'payment.declined', ({ id, value }) =>
      this.applyPayment(id, value, { type: 'FailPayment', reason: value.payment?.reason ?? '' }),
    ),
    on(topics.payments, 'refund.completed', ({ id, value }) => this.applyRefund(id, value)),
    on(topics.orders, 'order.paid', (event) => this.orders.startPrinting(event.id, idOf(event))),
    on(topics.orders, 'order.printing', (event) => this.orders.advance(event.id, idOf(event), { type: 'Ship' })),
  ];

  /** Ignores a payment without an order. */
  private async applyPayment(eventId: string, { payment }: eventsV1.PaymentEvent, command: SagaCommand): Promise<void> {
    if (payment?.orderId) await this.orders.advance(eventId, payment.orderId, command);
  }

  /** Marks the order refunded once its payment is refunded in full; ignores partial refunds. */
  private async applyRefund(eventId: string, { refund }: eventsV1.PaymentEvent): Promise<void> {
    if (!refund?.orderId || refund.refundable > 0) return;
    await this.orders.advance(eventId, refund.orderId, { type: 'MarkRefunded', reason: refund.reason || 'REFUND' });
  }
}

const idOf = ({ value }: Received<eventsV1.OrderEvent>): string => value.order?.id ?? '';
