import { topics } from '@halftone/contracts';
import { type EventHandlers, on } from '@halftone/kafka';
import type { Tx } from '@halftone/postgres';
import { Injectable } from '@nestjs/common';
import { orderOf } from '../payment/payment.consumer';
import type { PaymentsTables } from '../tables';
import { RefundService } from './refund.service';

/** The compensating step of the order saga: refunds an order that cannot be completed. */
@Injectable()
export class RefundConsumer implements EventHandlers {
  constructor(private readonly refunds: RefundService) {}

  readonly handlers = [
    on(topics.orders, 'order.refunding', (tx: Tx<PaymentsTables>, { value }) =>
      this.refunds.refundOrder(tx, orderOf(value)),
    ),
  ];
}
