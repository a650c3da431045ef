import { DomainError } from '@halftone/kernel';

const quoted = /^"((?:[^"\\]|\\["\\])*)"$/;
const visible = /^[\x21-\x7e]{1,255}$/;

/**
 * The key in an Idempotency-Key header, bare (`abc`) or as the structured-field string of the IETF draft (`"abc"`, RFC 9651 §3.3.3);
 * both name the same key. 1 to 255 visible ASCII characters.
 */
export function parseIdempotencyKey(header: string | string[] | undefined): string {
  if (header === undefined || header === '') {
    throw new DomainError('IDEMPOTENCY_KEY_MISSING', 'send an Idempotency-Key header: a new UUID for each new request');
  }
  const key = Array.isArray(header) ? undefined : unquote(header.trim());
  if (key === undefined || !visible.test(key)) {
    throw new DomainError(
      'IDEMPOTENCY_KEY_MALFORMED',
      'an Idempotency-Key is one value of 1 to 255 visible ASCII characters',
    );
  }
  return key;
}

function unquote(text: string): string | undefined {
  if (!text.startsWith('"')) return text;
  return quoted.exec(text)?.[1]?.replace(/\\(["\\])/g, '$1');
}
