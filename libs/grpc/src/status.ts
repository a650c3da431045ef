import { Metadata, type ServiceError, status, type StatusObject } from '@grpc/grpc-js';
import { DomainError, type ErrorCode, type ErrorDetail, isErrorCode } from '@halftone/kernel';
import { domainErrorOf } from '@halftone/service';
import { z } from 'zod';

/**
 * A DomainError crosses as its status, with `halftone-code` and `halftone-details` in the trailers, and is the same
 * error on the other side. From peers that do not know our trailers the status alone decides.
 */
const codeTrailer = 'halftone-code';
const detailsTrailer = 'halftone-details';
/** Trailers share a limit of about 8 KB; whoever sends more than this many findings has read enough. */
const mostDetails = 20;

const details = z.array(z.object({ path: z.string(), message: z.string() }));

/** Metadata values are ASCII. */
const ascii = (text: string) =>
  text.replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

export function statusOf(error: unknown): StatusObject {
  const refusal = domainErrorOf(error);
  const metadata = new Metadata();
  metadata.set(codeTrailer, refusal.code);
  if (refusal.details.length > 0)
    metadata.set(detailsTrailer, ascii(JSON.stringify(refusal.details.slice(0, mostDetails))));
  return { code: refusal.row.grpc, details: refusal.message, metadata };
}

const codes: Readonly<Record<number, ErrorCode>> = {
  [status.UNAVAILABLE]: 'UNAVAILABLE',
  [status.CANCELLED]: 'UNAVAILABLE',
  [status.INTERNAL]: 'UNAVAILABLE',
  [status.DEADLINE_EXCEEDED]: 'DEADLINE_EXCEEDED',
  [status.UNAUTHENTICATED]: 'UNAUTHENTICATED',
  [status.PERMISSION_DENIED]: 'FORBIDDEN',
  [status.RESOURCE_EXHAUSTED]: 'BODY_TOO_LARGE',
};

const isServiceError = (error: unknown): error is ServiceError =>
  error instanceof Error && 'metadata' in error && 'code' in error && typeof error.code === 'number';

/**
 * INTERNAL without our trailer is nothing a handler said: grpc-js words streams that were reset and connections that closed under a call so.
 * The peer is away then, however that came about.
 */
export function errorOfStatus(error: unknown): DomainError {
  if (!isServiceError(error)) return domainErrorOf(error);
  const sent = String(error.metadata.get(codeTrailer)[0] ?? '');
  const code = isErrorCode(sent) ? sent : (codes[error.code] ?? 'INTERNAL');
  return new DomainError(code, error.details || error.message, detailsIn(error.metadata), { cause: error });
}

function detailsIn(metadata: Metadata): ErrorDetail[] {
  const text = metadata.get(detailsTrailer)[0];
  if (text === undefined) return [];
  try {
    return details.parse(JSON.parse(String(text)));
  } catch {
    // A peer's malformed trailer must not hide the error it came with.
    return [];
  }
}
