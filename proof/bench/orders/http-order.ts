/** Places an order over REST on a connection that stays open. Sends it again with its key while another try may change the answer. */
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
import { backoff, mayRetry } from '../../harness/clients/retry.ts';
import type { Placed } from './shop.ts';

const withinMs = 30_000;
const mostTries = 10;

export const newAgent = (): Agent => new Agent({ keepAlive: true });

interface OrderRequest {
  url: string;
  /** The idempotency key is one of them. */
  headers: Readonly<Record<string, string>>;
  body: string;
}

interface Answer {
  status: number;
  content: string;
}

function send(agent: Agent, { url, headers, body }: OrderRequest): Promise<Answer> {
  const all = { ...headers, 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers: all, timeout: withinMs }, (response) => {
      const { statusCode: status = 0 } = response;
      text(response).then((content) => resolve({ status, content }), reject);
    });
    sent.once('error', reject).once('timeout', () => sent.destroy(new Error(`no answer within ${withinMs} ms`)));
    sent.end(body);
  });
}

/** Of a problem document. */
const codeIn = (content: string): string | undefined => /"code":"([A-Z_]+)"/.exec(content)?.[1];

/** Rejects unless the last answer is 201. */
export async function placeOrder(agent: Agent, order: OrderRequest): Promise<Placed> {
  const sentAt = performance.now();
  for (let tries = 1; ; tries += 1) {
    const { status, content } = await send(agent, order);
    if (status === 201) {
      return { id: (JSON.parse(content) as { id: string }).id, sentAt, answeredAt: performance.now(), tries };
    }
    if (!mayRetry(status, codeIn(content)) || tries === mostTries) {
      throw new Error(`an order was answered with ${status}: ${content.slice(0, 300)}`);
    }
    await sleep(backoff(tries));
  }
}
