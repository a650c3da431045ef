/**
 * The wire: code generated from proto/ by `npm run generate`, the topics, the enum words, the limits, and the format
 * of dead letters. Pure.
 */
import descriptors from './gen/descriptors.json';

export { descriptors };
export {
  type DeadLetter,
  type DeadLetterRecord,
  deadLetterTopicOf,
  groupOfDeadLetters,
  type LetterState,
  LetterIndex,
  lettersOf,
  type LetterStatus,
  letterWith,
  noPartition,
  originFactsOf,
  replayedHeader,
  type Resolution,
  textOf,
  toLetter,
  toMarker,
  toReplay,
} from './dead-letter';
export { enumOf, wordOf, type WordOf, wordsOf } from './enum-words';
export { type EventParameter, eventParameters, feedTypes, galleryTypes, notifiedTypes } from './feed-types';
export * as eventsV1 from './gen/halftone/events/v1/events';
export * as imagesV1 from './gen/halftone/images/v1/images';
export * as notificationsV1 from './gen/halftone/notifications/v1/notifications';
export * as ordersV1 from './gen/halftone/orders/v1/orders';
export * as paymentsV1 from './gen/halftone/payments/v1/payments';
export * as realtimeV1 from './gen/halftone/realtime/v1/realtime';
export * as retention from './retention';
export {
  channelOf,
  ephemeralChannelOf,
  topics,
  type Codec,
  type EphemeralEvent,
  type FeedBroadcast,
  type Topic,
} from './topics';
export { type Limit, limitAreas, limits } from './limits';
