import { DomainError, errorTable, type ErrorCode, type ErrorDetail } from '@halftone/kernel';
import { HttpException } from '@nestjs/common';

/** RFC 9457, with our stable `code` and, for input, what is wrong where. */
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

export const problemType = (code: ErrorCode): string =>
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

/** What Fastify's own refusals are called here. */
const codesOfFastify: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: 'MALFORMED_JSON',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'MALFORMED_JSON',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'MALFORMED_JSON',
  FST_REQ_FILE_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_PARTS_LIMIT: 'BODY_TOO_LARGE',
  FST_FILES_LIMIT: 'BODY_TOO_LARGE',
  FST_FIELDS_LIMIT: 'BODY_TOO_LARGE',
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
 * Any error as one of the closed set, in the words of the table: frameworks quote input, addresses and positions.
 * What nobody foresaw becomes INTERNAL and tells nothing about itself.
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
