import type { IncomingMessage } from 'node:http';
import { DomainError } from '@halftone/kernel';

/**
 * `uri-host [":" port]` (RFC 9110 §7.2), or empty. Names are not checked further; of a bracketed address only the
 * characters.
 */
const host = /^([\w.~%!$&'()*+,;=-]*|\[[\da-fA-F:.]+\])(:\d{0,5})?$/;

/** A name that no page can have, for requests without a host. Libraries build a URL from it and require one. */
const NO_HOST = 'unnamed.invalid';

type Incoming = Pick<IncomingMessage, 'headers' | 'rawHeaders' | 'httpVersion' | 'httpVersionMajor'>;

/**
 * RFC 9112 §3.2: an HTTP/1.1 request has exactly one valid Host header. Node would answer a missing one without a
 * body, and accept two.
 */
export function hostError({ headers, rawHeaders, httpVersion, httpVersionMajor }: Incoming): DomainError | undefined {
  if (httpVersionMajor > 1) return undefined;
  const count = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length;
  if (count > 1) return new DomainError('MALFORMED_REQUEST', 'A request must have only one Host');
  if (count === 0 && httpVersion !== '1.0') return new DomainError('MALFORMED_REQUEST', 'A request must have a Host');
  if (!host.test(headers.host ?? '')) return new DomainError('MALFORMED_REQUEST', 'The Host is not a valid host');
  return undefined;
}

/** Sets a host where there is none: HTTP/1.0 does not require one, and in HTTP/1.1 it may be empty. */
export function setDefaultHost({ headers, httpVersionMajor }: Incoming): void {
  if (httpVersionMajor === 1) headers.host ||= NO_HOST;
}
