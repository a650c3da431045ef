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

const text = /^v1\.(\d{1,16})\.(\d{1,5})\.(-1|\d{1,16})$/;

/** Opaque to clients: base64url of `v1.<seq>.<partition>.<offset>`. An event's id is the cursor right after it. */
export const cursorOf = ({ seq, partition, offset }: Position): string =>
  Buffer.from(`v1.${seq}.${partition}.${offset}`).toString('base64url');

/** Throws CURSOR_INVALID for anything that `cursorOf` could not have written. */
export function positionOf(cursor: string): Position {
  const [, seq, partition, offset] = text.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  const position = { seq: Number(seq), partition: Number(partition), offset: Number(offset) };
  const exact = Number.isSafeInteger(position.seq) && Number.isSafeInteger(position.offset);
  if (!exact || cursorOf(position) !== cursor) throw cursorInvalid('The cursor was not issued by this service');
  return position;
}

export const cursorInvalid = (message: string): DomainError => new DomainError('CURSOR_INVALID', message);
