import { topics } from '@halftone/contracts';
import { type EventHandler, type EventHandlers, on } from '@halftone/kafka';
import { Injectable } from '@nestjs/common';
import { aboutImage, aboutOrder, aboutPayment } from './notification';
import { NotificationService } from './notification.service';

const orderEvents = ['order.placed', 'order.paid', 'order.printing', 'order.shipped', 'order.cancelled'];
const paymentEvents = ['payment.captured', 'payment.declined', 'transfer.completed'];
const imageEvents = ['image.uploaded', 'image.ready', 'image.failed'];

/** Everything customers are told comes in here. */
@Injectable()
export class NotificationConsumer implements EventHandlers {
  readonly handlers: EventHandler[];

  constructor(notifications: NotificationService) {
    this.handlers = [
      ...orderEvents.map((type) =>
        on(topics.orders, type, (event) => notifications.tell(event, aboutOrder(event.value))),
      ),
      ...paymentEvents.map((type) =>
        on(topics.payments, type, (event) => notifications.tell(event, aboutPayment(event.value))),
      ),
      ...imageEvents.map((type) =>
        on(topics.images, type, (event) => notifications.tell(event, aboutImage(event.value))),
      ),
    ];
  }
}
