import { type eventsV1, topics } from '@halftone/contracts';
import { type EventHandlers, on, type Received } from '@halftone/kafka';
import { Injectable } from '@nestjs/common';
import type { SagaCommand } from './order';
import { OrderService } from './order.service';

/**
 * The saga. Payments decide whether an order is paid or cancelled; an order that is paid is printed, and one that is printed is
 * shipped, each as a step of its own, so that a process that dies between two of them goes on where it stopped.
 */
@Injectable()
export class OrderConsumer implements EventHandlers {
  constructor(private readonly orders: OrderService) {}

  readonly handlers = [
    on(topics.payments, 'payment.captured', ({ id, value }) => this.settle(id, value, { type: 'MarkPaid' })),
    on(topics.payments, 'payment.declined', ({ id, value }) =>
      this.settle(id, value, { type: 'Cancel', reason: value.payment?.reason ?? '' }),
    ),
    on(topics.orders, 'order.paid', (event) => this.orders.advance(event.id, idOf(event), { type: 'StartPrinting' })),
    on(topics.orders, 'order.printing', (event) => this.orders.advance(event.id, idOf(event), { type: 'Ship' })),
  ];

  /** A payment that belongs to no order changes nothing here. */
  private async settle(eventId: string, { payment }: eventsV1.PaymentEvent, command: SagaCommand): Promise<void> {
    if (payment?.orderId) await this.orders.advance(eventId, payment.orderId, command);
  }
}

const idOf = ({ value }: Received<eventsV1.OrderEvent>): string => value.order?.id ?? '';
