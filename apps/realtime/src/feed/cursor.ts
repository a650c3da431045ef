import { DomainError } from '@halftone/kernel';

/**
 * A position in one channel of the feed: the last `seq` of the channel (0: unknown) and its place in Kafka.
 * `offset` -1 is before the first record of the partition.
 */
export interface Position {
  seq: number;
  partition: number;
  offset: number;
}

/** The cursor of a client that reads a channel from the beginning of its retention. */
export const earliest = 'earliest';

/** Signs texts and verifies signatures. */
export interface CursorSigner {
  sign(text: string): Buffer;
  matches(text: string, signature: Buffer): boolean;
  /** Bytes of a signature. */
  readonly length: number;
}

const text = /^v1\.(\d{1,16})\.(\d{1,5})\.(-1|\d{1,16})$/;

/** Every cursor is shorter, so a longer text is not parsed. */
const maxLength = 128;

let current: CursorSigner | undefined;

/** Sets the signer for all cursors of this process; call it before the first cursor. */
export function setCursorSigner(signer: CursorSigner): void {
  current = signer;
}

function signer(): CursorSigner {
  if (!current) throw new Error('the cursor signer is not set');
  return current;
}

/** The text that is signed. A position has no line break, so the two parts cannot be shifted. */
const signedText = (channel: string, position: string) => `${position}\n${channel}`;

/**
 * Opaque to clients: base64url of a signature and `v1.<seq>.<partition>.<offset>`. It is valid in its channel only. An event's id is the
 * cursor right after it.
 */
export function cursorOf(channel: string, { seq, partition, offset }: Position): string {
  const position = `v1.${seq}.${partition}.${offset}`;
  return Buffer.concat([signer().sign(signedText(channel, position)), Buffer.from(position, 'latin1')]).toString(
    'base64url',
  );
}

/** Throws CURSOR_INVALID for anything else than a cursor of this channel with a valid signature. */
export function positionOf(channel: string, given: string): Position {
  // The ids of a ticket's event stream end with the stream's key.
  const [cursor = ''] = given.split('~', 1);
  const bytes = cursor.length > maxLength ? Buffer.alloc(0) : Buffer.from(cursor, 'base64url');
  const { length } = signer();
  const position = bytes.subarray(length).toString('latin1');
  const [, seq, partition, offset] = text.exec(position) ?? [];
  // Other encodings of the same bytes (padding, blanks) are refused too: one position has one cursor.
  const isOurs =
    seq !== undefined &&
    bytes.toString('base64url') === cursor &&
    signer().matches(signedText(channel, position), bytes.subarray(0, length));
  if (!isOurs) throw cursorInvalid('The cursor was not issued by this service for this channel');
  return { seq: Number(seq), partition: Number(partition), offset: Number(offset) };
}

export const cursorInvalid = (message: string): DomainError => new DomainError('CURSOR_INVALID', message);
