import { type eventsV1, type ordersV1, topics } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import { type EventHandlers, on } from '@halftone/kafka';
import { Injectable } from '@nestjs/common';
import { PaymentService } from './payment.service';

/** This service's part of the order saga: what is placed is paid from the wallet, or declined. */
@Injectable()
export class PaymentConsumer implements EventHandlers {
  constructor(private readonly payments: PaymentService) {}

  readonly handlers = [
    on(topics.orders, 'order.placed', ({ id, value }) => this.payments.captureFor(orderOf(value), id)),
  ];
}

function orderOf({ order }: eventsV1.OrderEvent): ordersV1.Order {
  if (!order) throw new DomainError('VALIDATION_FAILED', 'the event has no order');
  return order;
}
