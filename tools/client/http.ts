/** One HTTP exchange, and the same with patience. Bytes are kept as they came, so that a replay can be compared. */
import { setTimeout as sleep } from 'node:timers/promises';
import { backoff, mayRetry } from './retry.ts';

export interface Request {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH';
  headers?: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer>;
  /** One try; 10 s unless told. */
  timeoutMs?: number;
}

export interface Reply {
  status: number;
  headers: Headers;
  bytes: Buffer;
  text: string;
  /** How many tries it took. */
  attempts: number;
}

/** The parsed body; what it holds is the caller's claim, checked by what the caller does with it. */
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

/** Sends until there is an answer that another try would not change, at most for `withinMs`; then the last outcome counts. */
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
