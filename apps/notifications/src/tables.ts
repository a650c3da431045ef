import type { ColumnType } from 'kysely';
import type { PublicData } from './notification/notification';

/** The rows of schema `notifications`, as Kysely sees them. */
export interface NotificationsTables {
  channel: { name: string; last_seq: number };
  notification: {
    id: string;
    channel: string;
    seq: number;
    type: string;
    subject: string;
    time: Date;
    data: ColumnType<PublicData, string, never>;
    source_event_id: string;
  };
}
