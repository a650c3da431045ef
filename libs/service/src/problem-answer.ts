import { trace } from '@opentelemetry/api';
import type { DomainError } from '@halftone/kernel';
import { logger } from './log';
import { domainErrorOf, logFieldsOf, problemOf } from './problem';

/** A problem document ready to be written. */
interface ProblemAnswer {
  status: number;
  headers: Record<string, string>;
  /** Bytes, because Fastify adds a charset to text, which this media type does not have (RFC 9457 §6.1). */
  bytes: Buffer;
}

interface RequestLine {
  method: string;
  url: string;
}

const log = logger('http');

const pathOf = (url: string) => url.split('?', 1)[0] ?? url;

/** Converts any error to a problem document, and logs it at the level of its code. */
export function problemAnswer(error: unknown, request: RequestLine): ProblemAnswer {
  const refusal = domainErrorOf(error);
  logError(refusal, request);
  const problem = problemOf(refusal, pathOf(request.url), trace.getActiveSpan()?.spanContext().traceId);
  const { retryAfterSeconds } = refusal;
  const headers = {
    'content-type': 'application/problem+json',
    ...(problem.status === 401 && { 'www-authenticate': 'Bearer' }),
    ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
  };
  return { status: problem.status, headers, bytes: Buffer.from(JSON.stringify(problem)) };
}

/** Without the query, which may contain a ticket. */
function logError(error: DomainError, { method, url }: RequestLine): void {
  log[error.row.log](logFieldsOf(error), `${method} ${pathOf(url)}: ${error.message}`);
}
