import { Metadata, type ServiceError, status, type StatusObject } from '@grpc/grpc-js';
import { DomainError, type ErrorCode, type ErrorDetail, errorTable, isErrorCode } from '@halftone/kernel';
import { domainErrorOf } from '@halftone/service';
import { z } from 'zod';

/**
 * A DomainError is transmitted as its status, with `halftone-code`, `halftone-details` and `halftone-retry-after` in
 * the trailers, and becomes the same error on the client. From peers without these trailers only the status counts.
 */
const codeTrailer = 'halftone-code';
const detailsTrailer = 'halftone-details';
const retryTrailer = 'halftone-retry-after';
/** A longer delay is not credible. */
const longestRetrySeconds = 86_400;
/** Trailers share a limit of about 8 KB; more details than this would not help. */
const maxDetails = 20;

const details = z.array(z.object({ path: z.string(), message: z.string() }));

/** Metadata values are ASCII. */
const ascii = (text: string) =>
  text.replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

export function statusOf(error: unknown): StatusObject {
  const refusal = domainErrorOf(error);
  const metadata = new Metadata();
  metadata.set(codeTrailer, refusal.code);
  if (refusal.details.length > 0)
    metadata.set(detailsTrailer, ascii(JSON.stringify(refusal.details.slice(0, maxDetails))));
  if (refusal.retryAfterSeconds !== undefined) metadata.set(retryTrailer, String(refusal.retryAfterSeconds));
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
 * INTERNAL without our trailer is not from a handler: grpc-js reports reset streams and closed connections that way,
 * so the peer is unavailable. A message without our trailer is grpc-js's own and contains internal addresses: it
 * stays in the cause, for the log.
 */
export function errorOfStatus(error: unknown): DomainError {
  if (!isServiceError(error)) return domainErrorOf(error);
  const sent = String(error.metadata.get(codeTrailer)[0] ?? '');
  if (isErrorCode(sent)) {
    const options = { cause: error, ...retryIn(error.metadata) };
    return new DomainError(sent, error.details, detailsIn(error.metadata), options);
  }
  const code = codes[error.code] ?? 'INTERNAL';
  return new DomainError(code, errorTable[code].title, [], { cause: error });
}

function detailsIn(metadata: Metadata): ErrorDetail[] {
  const text = metadata.get(detailsTrailer)[0];
  if (text === undefined) return [];
  try {
    return details.parse(JSON.parse(String(text)));
  } catch {
    // A malformed trailer must not hide its error.
    return [];
  }
}

function retryIn(metadata: Metadata): { retryAfterSeconds?: number } {
  const seconds = Number(metadata.get(retryTrailer)[0]);
  return Number.isInteger(seconds) && seconds >= 1 && seconds <= longestRetrySeconds
    ? { retryAfterSeconds: seconds }
    : {};
}
