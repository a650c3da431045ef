import { notifiedTypes, topics } from '@halftone/contracts';
import { type EventHandler, type EventHandlers, on } from '@halftone/kafka';
import type { Tx } from '@halftone/postgres';
import { Injectable } from '@nestjs/common';
import type { NotificationsTables } from '../tables';
import { imageData, orderData, paymentData } from './notification';
import { NotificationService } from './notification.service';

/** Turns the events of the other services into notifications. */
@Injectable()
export class NotificationConsumer implements EventHandlers {
  readonly handlers: EventHandler[];

  constructor(notifications: NotificationService) {
    this.handlers = [
      ...notifiedTypes.orders.map((type) =>
        on(topics.orders, type, (tx: Tx<NotificationsTables>, event) =>
          notifications.notify(tx, event, orderData(event.value)),
        ),
      ),
      ...notifiedTypes.payments.map((type) =>
        on(topics.payments, type, (tx: Tx<NotificationsTables>, event) =>
          notifications.notify(tx, event, paymentData(event.value)),
        ),
      ),
      ...notifiedTypes.images.map((type) =>
        on(topics.images, type, (tx: Tx<NotificationsTables>, event) =>
          notifications.notify(tx, event, imageData(event.value)),
        ),
      ),
    ];
  }
}
