import { setTimeout as sleep } from 'node:timers/promises';
import { type Reply, type Request, send } from '@halftone/proof/harness/clients/http.ts';

/**
 * Sends again while the answer is 429, after its Retry-After. For tests whose requests come faster than one customer
 * may write, and that are not about that limit. Returns the last answer after ten tries.
 */
export async function patientSend(url: string, request: Request): Promise<Reply> {
  let reply = await send(url, request);
  for (let tries = 1; reply.status === 429 && tries < 10; tries += 1) {
    await sleep(Number(reply.headers.get('retry-after') ?? 1) * 1_000);
    reply = await send(url, request);
  }
  return reply;
}
