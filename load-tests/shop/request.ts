import http, { type RefinedResponse } from 'k6/http';
import { patiently, type Outcome } from './patience.ts';

export type Reply = RefinedResponse<'text'>;

export interface Request {
  /** Of the call, for the metrics: without ids in it. */
  name: string;
  method?: 'GET' | 'POST';
  body?: string | ArrayBuffer;
  headers?: Record<string, string>;
  key?: string | undefined;
  /** Of one try. */
  timeoutMs?: number;
}

const passing = [0, 429, 502, 503, 504];

/** Codes of the graph that stand for a service behind it that is not there at the moment. */
const passingCodes = ['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'RATE_LIMITED'];

/** `json()` of a body that is none throws. */
function parsed(reply: Reply): { code?: string; errors?: { extensions?: { code?: string } }[] } {
  try {
    return (reply.json() ?? {}) as ReturnType<typeof parsed>;
  } catch {
    return {};
  }
}

function judge(answer: Reply): Outcome<Reply> {
  const { code, errors = [] } = answer.status === 200 || answer.status === 409 ? parsed(answer) : {};
  const running = answer.status === 409 && code === 'IDEMPOTENCY_IN_FLIGHT';
  const partsMissing =
    Array.isArray(errors) && errors.some(({ extensions }) => passingCodes.includes(extensions?.code ?? ''));
  return {
    answer,
    again: passing.includes(answer.status) || running || partsMissing,
    broken: answer.status >= 500,
    why: `${answer.status} ${answer.error || String(answer.body).slice(0, 200)}`,
    retryAfterMs: Number(answer.headers['Retry-After'] ?? 0) * 1_000 || 0,
  };
}

/** With patience, any answer. Connections are kept between requests, as clients of a shop do. */
export function send(url: string, request: Request): Reply {
  const { name, method = 'GET', body, headers = {}, key, timeoutMs = 10_000 } = request;
  const params = {
    headers: { ...headers, ...(key !== undefined && { 'idempotency-key': key }) },
    tags: { name },
    timeout: timeoutMs,
    redirects: 0,
    responseType: 'text' as const,
  };
  return patiently(name, key, () => judge(http.request(method, url, body ?? null, params)));
}
