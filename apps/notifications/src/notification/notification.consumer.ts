import { topics } from '@halftone/contracts';
import { type EventHandler, type EventHandlers, on } from '@halftone/kafka';
import { Injectable } from '@nestjs/common';
import { aboutImage, aboutOrder, aboutPayment, told } from './notification';
import { NotificationService } from './notification.service';

/** Everything customers are told comes in here. */
@Injectable()
export class NotificationConsumer implements EventHandlers {
  readonly handlers: EventHandler[];

  constructor(notifications: NotificationService) {
    this.handlers = [
      ...told.orders.map((type) =>
        on(topics.orders, type, (event) => notifications.tell(event, aboutOrder(event.value))),
      ),
      ...told.payments.map((type) =>
        on(topics.payments, type, (event) => notifications.tell(event, aboutPayment(event.value))),
      ),
      ...told.images.map((type) =>
        on(topics.images, type, (event) => notifications.tell(event, aboutImage(event.value))),
      ),
    ];
  }
}
