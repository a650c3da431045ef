import { DomainError } from '@halftone/kernel';
import { traceparent } from '@halftone/service';
import { Agent, request } from 'undici';

export interface HttpAnswer {
  status: number;
  body: string;
}

const connectTimeoutMs = 1_000;
/** A usual reply of the bank has a few kilobytes. */
const largestReply = 256 * 1024;

/** The HTTP connections to the bank. It never sends a request twice. */
export class BankHttp {
  private readonly agent = new Agent({
    connect: { timeout: connectTimeoutMs },
    connections: 32,
    pipelining: 1,
    maxResponseSize: largestReply,
  });

  constructor(private readonly url: string) {}

  /**
   * Throws BANK_UNAVAILABLE when there was no connection, so nothing was sent.
   * Throws DEADLINE_EXCEEDED without a complete answer in time, and UNAVAILABLE after a broken connection: the outcome is unknown.
   */
  async post(body: string, contentType: string, timeoutMs: number): Promise<HttpAnswer> {
    const trace = traceparent();
    const headers = { 'content-type': contentType, ...(trace && { traceparent: trace }) };
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const { statusCode, body: answer } = await request(this.url, {
        method: 'POST',
        headers,
        body,
        dispatcher: this.agent,
        signal,
      });
      return { status: statusCode, body: await answer.text() };
    } catch (error) {
      throw toDomainError(error, signal.aborted);
    }
  }

  /** Waits for requests in progress. */
  close(): Promise<void> {
    return this.agent.close();
  }
}

function toDomainError(error: unknown, timedOut: boolean): DomainError {
  const cause = { cause: error };
  if (neverConnected(error)) return new DomainError('BANK_UNAVAILABLE', 'The bank cannot be reached', [], cause);
  if (timedOut) return new DomainError('DEADLINE_EXCEEDED', 'The bank did not answer in time', [], cause);
  return new DomainError('UNAVAILABLE', 'The connection to the bank broke', [], cause);
}

/** A name with several addresses gives an error per address. */
function neverConnected(error: unknown): boolean {
  const { code, syscall, errors = [] } = error as { code?: string; syscall?: string; errors?: unknown[] };
  if (errors.length > 0) return errors.every(neverConnected);
  return code === 'UND_ERR_CONNECT_TIMEOUT' || syscall === 'connect' || syscall === 'getaddrinfo';
}
