import { type eventsV1, type ordersV1, topics } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import { type EventHandlers, on } from '@halftone/kafka';
import type { Tx } from '@halftone/postgres';
import { Injectable } from '@nestjs/common';
import type { PaymentsTables } from '../tables';
import { PaymentService } from './payment.service';

/** A step of the order saga: captures or declines the payment of a placed order. */
@Injectable()
export class PaymentConsumer implements EventHandlers {
  constructor(private readonly payments: PaymentService) {}

  readonly handlers = [
    on(topics.orders, 'order.placed', (tx: Tx<PaymentsTables>, { value }) =>
      this.payments.captureFor(tx, orderOf(value)),
    ),
  ];
}

export function orderOf({ order }: eventsV1.OrderEvent): ordersV1.Order {
  if (!order) throw new DomainError('VALIDATION_FAILED', 'the event has no order');
  return order;
}
