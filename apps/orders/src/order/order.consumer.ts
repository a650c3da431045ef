import { type eventsV1, topics } from '@halftone/contracts';
import { type EventHandlers, on, type Received } from '@halftone/kafka';
import type { Tx } from '@halftone/postgres';
import { Injectable } from '@nestjs/common';
import type { OrdersTables } from '../tables';
import type { SagaCommand } from './order';
import { OrderService } from './order.service';

type OrdersTx = Tx<OrdersTables>;

/**
 * The order saga. Payment events mark an order paid, failed or refunded. A paid order is printed, a printed order is shipped.
 * Each step has its own event, so a restarted process continues where the last one stopped.
 */
@Injectable()
export class OrderConsumer implements EventHandlers {
  constructor(private readonly orders: OrderService) {}

  readonly handlers = [
    on(topics.payments, 'payment.captured', (tx: OrdersTx, { value }) =>
      this.applyPayment(tx, value, { type: 'MarkPaid' }),
    ),
    on(topics.payments, 'payment.declined', (tx: OrdersTx, { value }) =>
      this.applyPayment(tx, value, { type: 'FailPayment', reason: value.payment?.reason ?? '' }),
    ),
    on(topics.payments, 'refund.completed', (tx: OrdersTx, { value }) => this.applyRefund(tx, value)),
    on(topics.orders, 'order.paid', (tx: OrdersTx, event) => this.orders.startPrinting(tx, idOf(event))),
    on(topics.orders, 'order.printing', (tx: OrdersTx, event) =>
      this.orders.advance(tx, idOf(event), { type: 'Ship' }),
    ),
  ];

  /** Ignores a payment without an order. */
  private async applyPayment(tx: OrdersTx, { payment }: eventsV1.PaymentEvent, command: SagaCommand): Promise<void> {
    if (payment?.orderId) await this.orders.advance(tx, payment.orderId, command);
  }

  /** Marks the order refunded once its payment is refunded in full; ignores partial refunds. */
  private async applyRefund(tx: OrdersTx, { refund }: eventsV1.PaymentEvent): Promise<void> {
    if (!refund?.orderId || refund.refundable > 0) return;
    await this.orders.advance(tx, refund.orderId, { type: 'MarkRefunded', reason: refund.reason || 'REFUND' });
  }
}

const idOf = ({ value }: Received<eventsV1.OrderEvent>): string => value.order?.id ?? '';
