import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** Separates a cursor from its key; not a character of base64url. */
const separator = '~';

/**
 * The secret key of a ticket's event stream. Every event id contains it, and it returns as `Last-Event-ID`, never in a URL.
 * Knowing the URL is not enough to compute it.
 */
export const streamKeyOf = (ticket: string, secret: string): string =>
  createHmac('sha256', secret).update(`stream\n${ticket}`).digest().subarray(0, 16).toString('base64url');

export const withKey = (cursor: string, key: string | undefined): string =>
  key === undefined ? cursor : `${cursor}${separator}${key}`;

export function holdsKey(lastEventId: string, key: string): boolean {
  const [, given = ''] = lastEventId.split(separator, 2);
  const [one, other] = [given, key].map((text) => createHash('sha256').update(text).digest());
  return one !== undefined && other !== undefined && timingSafeEqual(one, other);
}

const idLine = Buffer.from('id: ');
const lineEnd = 0x0a;

/** Adds the key to the id of a frame; a frame without an id is unchanged. */
export function keyedFrame(frame: Buffer, key: string | undefined): Buffer {
  if (key === undefined || !frame.subarray(0, idLine.length).equals(idLine)) return frame;
  const end = frame.indexOf(lineEnd);
  return Buffer.concat([frame.subarray(0, end), Buffer.from(separator + key), frame.subarray(end)]);
}
