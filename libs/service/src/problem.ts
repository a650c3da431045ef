import { DomainError, errorTable, type ErrorCode, type ErrorDetail } from '@halftone/kernel';
import { HttpException } from '@nestjs/common';
import { reasonOf } from './log-throttle';

/** A problem document (RFC 9457) with our stable `code` and, for input, the errors per field. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorCode;
  instance: string;
  traceId?: string;
  errors?: readonly ErrorDetail[];
}

const problemType = (code: ErrorCode): string =>
  `https://halftone.example/problems/${code.toLowerCase().replaceAll('_', '-')}`;

export function problemOf(error: DomainError, instance: string, traceId: string | undefined): Problem {
  const { code, message, details, row } = error;
  return {
    type: problemType(code),
    title: row.title,
    status: row.http,
    detail: message,
    code,
    instance,
    ...(traceId && { traceId }),
    ...(details.length > 0 && { errors: details }),
  };
}

/** The codes for Fastify's own errors. */
const codesOfFastify: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: 'MALFORMED_JSON',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'MALFORMED_JSON',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'MALFORMED_JSON',
  FST_REQ_FILE_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_PARTS_LIMIT: 'BODY_TOO_LARGE',
  FST_FILES_LIMIT: 'BODY_TOO_LARGE',
  FST_FIELDS_LIMIT: 'BODY_TOO_LARGE',
  FST_PROTO_VIOLATION: 'MALFORMED_FORM',
  FST_INVALID_MULTIPART_CONTENT_TYPE: 'MALFORMED_FORM',
  FST_INVALID_JSON_FIELD_ERROR: 'MALFORMED_FORM',
  FST_MP_PREMATURE_CLOSE: 'MALFORMED_FORM',
  FST_ERR_BAD_URL: 'ROUTE_NOT_FOUND',
};

const codesOfStatus: Readonly<Record<number, ErrorCode>> = {
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'ROUTE_NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  406: 'NOT_ACCEPTABLE',
  413: 'BODY_TOO_LARGE',
  414: 'ROUTE_NOT_FOUND',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

const codeIn = (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : '');

/**
 * The fields of a log line about an error, in addition to its message. They include the cause, which the caller does
 * not see.
 */
export function logFieldsOf(error: DomainError): Record<string, unknown> {
  const { code, cause } = error;
  if (code === 'INTERNAL') return { code, err: cause ?? error };
  return cause === undefined ? { code } : { code, reason: reasonOf(cause) };
}

/**
 * Converts any error to a DomainError with the title of its code, because frameworks quote input and addresses. An
 * unexpected error becomes INTERNAL and exposes nothing.
 */
export function domainErrorOf(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  const code = codeOf(error);
  return new DomainError(code, errorTable[code].title, [], { cause: error });
}

function codeOf(error: unknown): ErrorCode {
  const status = error instanceof HttpException ? error.getStatus() : statusIn(error);
  const code = codesOfFastify[codeIn(error)] ?? codesOfFastify[codeIn(causeOf(error))] ?? codesOfStatus[status];
  return code ?? (status >= 400 && status < 500 ? 'VALIDATION_FAILED' : 'INTERNAL');
}

const causeOf = (error: unknown) => (error instanceof Error ? error.cause : undefined);

const statusIn = (error: unknown) => (error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500);
