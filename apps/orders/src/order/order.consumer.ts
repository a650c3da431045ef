import { type eventsV1, topics } from '@halftone/contracts';
import { type EventHandlers, on, type Received } from '@halftone/kafka';
import { Injectable } from '@nestjs/common';
import type { SagaCommand } from './order';
import { OrderService } from './order.service';

/**
 * The saga. Payments decide whether an order is paid and when it is paid back; an order that is paid is printed, and one that is
 * printed is shipped, each as a step of its own, so that a process that dies between two of them goes on where it stopped.
 */
@Injectable()
export class OrderConsumer implements EventHandlers {
  constructor(private readonly orders: OrderService) {}

  readonly handlers = [
    on(topics.payments, 'payment.captured', ({ id, value }) => this.settle(id, value, { type: 'MarkPaid' })),
    on(topics.payments, 'payment.declined', ({ id, value }) =>
      this.settle(id, value, { type: 'FailPayment', reason: value.payment?.reason ?? '' }),
    ),
    on(topics.payments, 'refund.completed', ({ id, value }) => this.giveBack(id, value)),
    on(topics.orders, 'order.paid', (event) => this.orders.startPrinting(event.id, idOf(event))),
    on(topics.orders, 'order.printing', (event) => this.orders.advance(event.id, idOf(event), { type: 'Ship' })),
  ];

  /** A payment that belongs to no order changes nothing here. */
  private async settle(eventId: string, { payment }: eventsV1.PaymentEvent, command: SagaCommand): Promise<void> {
    if (payment?.orderId) await this.orders.advance(eventId, payment.orderId, command);
  }

  /** An order is refunded when nothing of its payment is left; what comes back before that changes nothing here. */
  private async giveBack(eventId: string, { refund }: eventsV1.PaymentEvent): Promise<void> {
    if (!refund?.orderId || refund.refundable > 0) return;
    await this.orders.advance(eventId, refund.orderId, { type: 'MarkRefunded', reason: refund.reason || 'REFUND' });
  }
}

const idOf = ({ value }: Received<eventsV1.OrderEvent>): string => value.order?.id ?? '';
