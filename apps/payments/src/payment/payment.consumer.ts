import { type eventsV1, type ordersV1, topics } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import { type EventHandlers, on } from '@halftone/kafka';
import { Injectable } from '@nestjs/common';
import { RefundService } from '../refund/refund.service';
import { PaymentService } from './payment.service';

/** This service's part of the order saga: what is placed is paid or declined, what cannot be made is paid back. */
@Injectable()
export class PaymentConsumer implements EventHandlers {
  constructor(
    private readonly payments: PaymentService,
    private readonly refunds: RefundService,
  ) {}

  readonly handlers = [
    on(topics.orders, 'order.placed', ({ id, value }) => this.payments.captureFor(orderOf(value), id)),
    on(topics.orders, 'order.refunding', ({ id, value }) => this.refunds.refundOrder(orderOf(value), id)),
  ];
}

function orderOf({ order }: eventsV1.OrderEvent): ordersV1.Order {
  if (!order) throw new DomainError('VALIDATION_FAILED', 'the event has no order');
  return order;
}
