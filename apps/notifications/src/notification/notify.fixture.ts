import { Database, recordInInbox } from '@halftone/postgres';
import type { RunningService } from '@halftone/service';
import type { NotificationsTables } from '../tables';
import type { PublicData, SourceEvent } from './notification';
import { consumer, NotificationService } from './notification.service';

/** Delivers an event like the consumer group: in one transaction with its inbox row, so it takes effect once. */
export const notifierOf =
  ({ app }: RunningService) =>
  (event: SourceEvent, data: PublicData): Promise<void> =>
    app.get<Database<NotificationsTables>>(Database).tx(async (tx) => {
      const isNew = (await recordInInbox(tx, consumer, [event.id])).size > 0;
      if (isNew) await app.get(NotificationService).notify(tx, event, data);
    });
