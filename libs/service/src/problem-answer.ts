import { trace } from '@opentelemetry/api';
import type { DomainError } from '@halftone/kernel';
import { logger } from './log';
import { domainErrorOf, problemOf } from './problem';

/** A problem document ready to be written. */
export interface ProblemAnswer {
  status: number;
  headers: Record<string, string>;
  /** Bytes, because Fastify adds a charset to text, which this media type does not have (RFC 9457 §6.1). */
  bytes: Buffer;
}

interface Asked {
  method: string;
  url: string;
}

const log = logger('http');

const pathOf = (url: string) => url.split('?', 1)[0] ?? url;

/** Words any error for the caller, and notes it in the log at the level of its code. */
export function problemAnswer(error: unknown, request: Asked): ProblemAnswer {
  const refusal = domainErrorOf(error);
  note(refusal, request);
  const problem = problemOf(refusal, pathOf(request.url), trace.getActiveSpan()?.spanContext().traceId);
  const { retryAfterSeconds } = refusal;
  const headers = {
    'content-type': 'application/problem+json',
    ...(problem.status === 401 && { 'www-authenticate': 'Bearer' }),
    ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
  };
  return { status: problem.status, headers, bytes: Buffer.from(JSON.stringify(problem)) };
}

/** Without the query, which may hold a ticket. */
function note(error: DomainError, { method, url }: Asked): void {
  const err = error.code === 'INTERNAL' ? (error.cause ?? error) : undefined;
  log[error.row.log](
    { code: error.code, ...(err !== undefined && { err }) },
    `${method} ${pathOf(url)}: ${error.message}`,
  );
}
