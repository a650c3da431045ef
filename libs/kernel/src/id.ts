/**
 * UUIDv7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, then random bits, so ids sort by time of creation to the millisecond.
 * Two ids of the same millisecond have no order; nothing may rely on one.
 */
export function uuidv7(now: number = Date.now()): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, Math.floor(now / 2 ** 32));
  view.setUint32(2, now % 2 ** 32);
  view.setUint8(6, 0x70 | (view.getUint8(6) & 0x0f));
  view.setUint8(8, 0x80 | (view.getUint8(8) & 0x3f));
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * The id in lower case, the one form that is stored, compared and shown (RFC 9562 §4). Undefined when the text is not
 * a UUID. Every edge calls this before an id reaches the database, which would fail with its own error.
 */
export function parseId(text: string): string | undefined {
  const id = text.toLowerCase();
  return pattern.test(id) ? id : undefined;
}

/** The valid ids among the texts. */
export const parseIds = (texts: readonly string[]): string[] => texts.flatMap((text) => parseId(text) ?? []);
