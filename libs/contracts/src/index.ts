/**
 * The wire: code generated from proto/ by `./halftone generate`, the topics, the enum words, the limits, and the format
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
export * from './versions';
export { grpcServices } from './grpc-services';
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
