import type { eventsV1 } from '@halftone/contracts';
import type { Received } from '@halftone/kafka';
import type { Position } from './cursor';

export type FeedRecord = Received<eventsV1.FeedEvent>;

/** Receives the feed for the memory of a replica. */
export interface FeedReceiver {
  /**
   * Called before the records of a partition with their first offset. All records from there on follow.
   * A second call means that records before it may be missing.
   */
  open(partition: number, offset: number): void;
  /** Must not throw. Offsets of a partition rise, except for repetitions. */
  take(record: FeedRecord): void;
}

/** Offsets of one partition, `to` excluded. */
export interface LogRange {
  partition: number;
  from: number;
  to: number;
}

/** The stored part of a range. */
export interface LogPart {
  /** The lowest stored offset, of any channel; undefined if nothing is stored. */
  first: number | undefined;
  /** Everything before this offset was read or is deleted; may be beyond the requested range. */
  to: number;
  records: readonly FeedRecord[];
}

/**
 * The transport of the feed to every replica. There are two: Kafka, which stores the feed, and Redis, which does not
 * (docs/backplanes.md). Both give a record the same offset at every replica, so a cursor is valid at all of them.
 */
export interface Backplane {
  /** Resolves when the receiver has all records from before the start. Rejects when the backplane is unreachable. */
  start(receiver: FeedReceiver): Promise<void>;
  partitionOf(channel: string): number;
  /** Whether this position exists, although this replica has not read it yet. Throws UNAVAILABLE. */
  exists(position: Position): Promise<boolean>;
  /** Reads the past of a channel that is not in memory. Throws UNAVAILABLE. */
  read(range: LogRange, channel: string): Promise<LogPart>;
  stop(): Promise<void>;
}

/** The injection token of the configured backplane. */
export const BACKPLANE = Symbol('backplane');
