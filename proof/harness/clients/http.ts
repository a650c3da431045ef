/** HTTP requests, with and without retries. Bytes are kept as received, so that replays can be compared. */
import { setTimeout as sleep } from 'node:timers/promises';
import { backoff, mayRetry } from './retry.ts';

export interface Request {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH';
  headers?: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer>;
  /** Timeout of one try; 10 s by default. */
  timeoutMs?: number;
}

export interface Reply {
  status: number;
  headers: Headers;
  bytes: Buffer;
  text: string;
  /** Number of tries. */
  attempts: number;
}

/** The parsed body. The type is not checked. */
export const jsonOf = <T>(reply: Pick<Reply, 'text'>): T => JSON.parse(reply.text) as T;

export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail?: string;
  errors?: { path: string; message: string }[];
}

/** The stable code of a problem document, if the body is one. */
export function codeOf(reply: Pick<Reply, 'text' | 'headers'>): string | undefined {
  if (!reply.headers.get('content-type')?.includes('json')) return undefined;
  try {
    return jsonOf<Partial<Problem>>(reply).code;
  } catch {
    // A proxy may send other content with a JSON type: no problem document.
    return undefined;
  }
}

/** One try. Rejects when no answer came. */
export async function send(url: string, request: Request = {}): Promise<Reply> {
  const { method = 'GET', headers = {}, body, timeoutMs = 10_000 } = request;
  const response = await fetch(url, {
    method,
    headers,
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
    ...(body !== undefined && { body }),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, bytes, text: bytes.toString('utf8'), attempts: 1 };
}

/** Retries while another try may change the answer, at most for `withinMs`. Returns the last answer. */
export async function sendPatiently(url: string, request: Request = {}, withinMs = 30_000): Promise<Reply> {
  const deadline = performance.now() + withinMs;
  for (let attempts = 1; ; attempts += 1) {
    const outcome = await send(url, request).catch((error: unknown) => ({ error }));
    const final = 'status' in outcome && !mayRetry(outcome.status, codeOf(outcome));
    const wait = backoff(attempts, 'status' in outcome ? outcome.headers.get('retry-after') : undefined);
    if (final || performance.now() + wait > deadline) {
      if ('status' in outcome) return { ...outcome, attempts };
      throw new Error(`no answer from ${url} after ${attempts} tries`, { cause: outcome.error });
    }
    await sleep(wait);
  }
}
