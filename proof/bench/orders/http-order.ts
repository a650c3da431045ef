/** One order over REST on a connection that stays open. */
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Placed } from './shop.ts';

const withinMs = 30_000;

export const newAgent = (): Agent => new Agent({ keepAlive: true });

interface OrderRequest {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** Rejects unless the answer is 201. */
export async function placeOrder(agent: Agent, { url, headers, body }: OrderRequest): Promise<Placed> {
  const sentAt = performance.now();
  const { status, answer } = await new Promise<{ status: number | undefined; answer: string }>((resolve, reject) => {
    const length = String(Buffer.byteLength(body));
    const all = { ...headers, 'content-type': 'application/json', 'content-length': length };
    const sent = request(url, { method: 'POST', agent, headers: all, timeout: withinMs }, (response) => {
      text(response).then((answer) => resolve({ status: response.statusCode, answer }), reject);
    });
    sent.once('error', reject).once('timeout', () => sent.destroy(new Error(`no answer within ${withinMs} ms`)));
    sent.end(body);
  });
  const answeredAt = performance.now();
  if (status !== 201) throw new Error(`an order was answered with ${status}: ${answer.slice(0, 300)}`);
  return { id: (JSON.parse(answer) as { id: string }).id, sentAt, answeredAt };
}
