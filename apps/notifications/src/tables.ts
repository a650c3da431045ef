import type { ColumnType } from 'kysely';
import type { GalleryKind } from './gallery/gallery';
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
    /** Null for the gallery, whose notifications summarize many events. */
    source_event_id: string | null;
  };
  /** The last notification about each subject of a channel. */
  latest: { channel: string; subject: string; seq: number };
  /** Notifications that the gallery has not counted yet. */
  gallery_due: { notification_id: string; kind: GalleryKind };
  chat_room: { name: string; last_seq: number };
  chat_message: {
    id: string;
    room: string;
    seq: number;
    sender: string;
    client_id: string;
    text: string;
    time: Date;
  };
}
