import Negotiator from 'negotiator';

/** Parameters of a media range except its weight: versions and charsets make no difference here. */
const parameter = /;\s*(?!q=)[^\s=;,"]+\s*=\s*("(?:[^"\\]|\\.)*"|[^;,]*)/gi;

/**
 * The media type that the client prefers (RFC 9110 §12.5.1): the first of equal ones, and the first of all without an
 * Accept header. Undefined when none is acceptable; the caller decides about that. Parameters other than `q` are
 * ignored.
 */
export function preferredType(accept: string | undefined, types: readonly string[]): string | undefined {
  const ranges = accept?.replace(parameter, '') || '*/*';
  return new Negotiator({ headers: { accept: ranges } }).mediaType([...types]);
}
