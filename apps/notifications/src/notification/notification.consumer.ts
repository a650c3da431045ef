import { notifiedTypes, topics } from '@halftone/contracts';
import { type EventHandler, type EventHandlers, on } from '@halftone/kafka';
import { Injectable } from '@nestjs/common';
import { imageData, orderData, paymentData } from './notification';
import { NotificationService } from './notification.service';

/** Turns the events of the other services into notifications. */
@Injectable()
export class NotificationConsumer implements EventHandlers {
  readonly handlers: EventHandler[];

  constructor(notifications: NotificationService) {
    this.handlers = [
      ...notifiedTypes.orders.map((type) =>
        on(topics.orders, type, (event) => notifications.notify(event, orderData(event.value))),
      ),
      ...notifiedTypes.payments.map((type) =>
        on(topics.payments, type, (event) => notifications.notify(event, paymentData(event.value))),
      ),
      ...notifiedTypes.images.map((type) =>
        on(topics.images, type, (event) => notifications.notify(event, imageData(event.value))),
      ),
    ];
  }
}
