import { DomainError } from '@halftone/kernel';
import { reasonOf, traceparent } from '@halftone/service';
import { Agent, request } from 'undici';

export interface HttpAnswer {
  status: number;
  body: string;
}

const connectTimeoutMs = 1_000;
/** A reply of the bank has a few kilobytes. */
const largestReply = 256 * 1024;

/** One bank's address, and the connections to it. No request is ever sent twice. */
export class BankHttp {
  private readonly agent = new Agent({
    connect: { timeout: connectTimeoutMs },
    connections: 32,
    pipelining: 1,
    maxResponseSize: largestReply,
  });

  constructor(private readonly url: string) {}

  /**
   * Throws BANK_UNAVAILABLE when no connection came about, so that nothing was sent; DEADLINE_EXCEEDED when there is no whole answer in time and
   * UNAVAILABLE when the connection broke: then nobody knows what the bank did.
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
      throw refusalOf(error, signal.aborted);
    }
  }

  /** Waits for what is under way. */
  close(): Promise<void> {
    return this.agent.close();
  }
}

function refusalOf(error: unknown, tooLate: boolean): DomainError {
  const cause = { cause: error };
  if (neverConnected(error)) return new DomainError('BANK_UNAVAILABLE', 'The bank cannot be reached', [], cause);
  if (tooLate) return new DomainError('DEADLINE_EXCEEDED', 'The bank did not answer in time', [], cause);
  return new DomainError('UNAVAILABLE', `The connection to the bank broke: ${reasonOf(error)}`, [], cause);
}

/** Several addresses of one name give several errors. */
function neverConnected(error: unknown): boolean {
  const { code, syscall, errors = [] } = error as { code?: string; syscall?: string; errors?: unknown[] };
  if (errors.length > 0) return errors.every(neverConnected);
  return code === 'UND_ERR_CONNECT_TIMEOUT' || syscall === 'connect' || syscall === 'getaddrinfo';
}
