import { DomainError } from '@halftone/kernel';

/**
 * A place in one channel of the feed: the channel's `seq` seen last (0: none is known) and where that was in Kafka.
 * `offset` -1 is the place before the first record of the partition.
 */
export interface Position {
  seq: number;
  partition: number;
  offset: number;
}

/** The word a client sends to read a channel from the beginning of its retention. */
export const earliest = 'earliest';

/** Proves that a text was written by one of us; nobody else can make what fits. */
export interface Seal {
  of(text: string): Buffer;
  fits(text: string, sealed: Buffer): boolean;
  /** Bytes of each. */
  readonly length: number;
}

const text = /^v1\.(\d{1,16})\.(\d{1,5})\.(-1|\d{1,16})$/;

/** No cursor has more characters, so nothing longer is looked at. */
const longest = 128;

let current: Seal | undefined;

/** For all cursors of this process, before the first is made. */
export function sealCursorsWith(seal: Seal): void {
  current = seal;
}

function seal(): Seal {
  if (!current) throw new Error('cursors are sealed with nothing yet');
  return current;
}

/** What is sealed. No position has a line break in it, so nobody can shift a byte from one to the other. */
const within = (channel: string, position: string) => `${position}\n${channel}`;

/**
 * Opaque to clients: base64url of a seal and `v1.<seq>.<partition>.<offset>`. It is good in its channel only. An event's id is the
 * cursor right after it.
 */
export function cursorOf(channel: string, { seq, partition, offset }: Position): string {
  const position = `v1.${seq}.${partition}.${offset}`;
  return Buffer.concat([seal().of(within(channel, position)), Buffer.from(position, 'latin1')]).toString('base64url');
}

/** Throws CURSOR_INVALID for anything that `cursorOf` has not written for this channel with this seal. */
export function positionOf(channel: string, cursor: string): Position {
  const bytes = cursor.length > longest ? Buffer.alloc(0) : Buffer.from(cursor, 'base64url');
  const { length } = seal();
  const position = bytes.subarray(length).toString('latin1');
  const [, seq, partition, offset] = text.exec(position) ?? [];
  // Other spellings of the same bytes (padding, blanks) are refused too: one place has one cursor.
  const isOurs =
    seq !== undefined &&
    bytes.toString('base64url') === cursor &&
    seal().fits(within(channel, position), bytes.subarray(0, length));
  if (!isOurs) throw cursorInvalid('The cursor was not issued by this service for this channel');
  return { seq: Number(seq), partition: Number(partition), offset: Number(offset) };
}

export const cursorInvalid = (message: string): DomainError => new DomainError('CURSOR_INVALID', message);
