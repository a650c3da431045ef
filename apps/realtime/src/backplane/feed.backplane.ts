import type { eventsV1 } from '@halftone/contracts';
import type { Received } from '@halftone/kafka';
import type { Position } from '../fanout/cursor';

export type FeedRecord = Received<eventsV1.FeedEvent>;

/** The memory of a replica. */
export interface Receiver {
  /**
   * Before anything of the partition: the first offset that will come; everything from there on does. Called again, something that did
   * not come may lie before it.
   */
  open(partition: number, offset: number): void;
  /** Must not throw. Offsets of a partition rise, but for repetitions. */
  take(record: FeedRecord): void;
}

/** Offsets of one partition, `to` excluded. */
export interface LogRange {
  partition: number;
  from: number;
  to: number;
}

/** What is left of a range. */
export interface LogPart {
  /** Its lowest offset that exists still, of any channel; undefined when nothing does. */
  first: number | undefined;
  /** Everything before this offset was looked through, or is gone for ever; maybe more than was asked for. */
  to: number;
  records: readonly FeedRecord[];
}

/**
 * How the feed comes to every replica. Two of them are real: Kafka, which keeps it, and Redis, which does not (docs/backplanes.md).
 * Both give a record the same offset at every replica, so a cursor means the same everywhere.
 */
export interface Backplane {
  /** Resolves when everything that existed at the start, as far as memory wants it, was handed over. Rejects when it cannot be reached. */
  start(receiver: Receiver): Promise<void>;
  partitionOf(channel: string): number;
  /** Whether anybody can have seen this position, though it has not come here yet. Throws UNAVAILABLE. */
  exists(position: Position): Promise<boolean>;
  /** The past of a channel that memory does not hold. Throws UNAVAILABLE. */
  read(range: LogRange, channel: string): Promise<LogPart>;
  stop(): Promise<void>;
}

/** Token of the one that the configuration names. */
export const BACKPLANE = Symbol('backplane');
