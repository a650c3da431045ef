/**
 * One request that has an effect, sent until it is known what became of it: always with the same key, each try to any of the
 * gateways. Afterwards it may be sent once more, and must get the same bytes.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, send, type Reply, type Request } from '../client/http.ts';
import { backoff, mayRetry } from '../client/retry.ts';
import type { Effect, Line } from './history.ts';
import type { Recorder } from './recorder.ts';

export interface Asked {
  process: string;
  customer: string;
  f: Effect;
  path: string;
  value: Record<string, unknown>;
  request: Pick<Request, 'body'> & { contentType: string };
}

export interface Way {
  recorder: Recorder;
  /** The address for the next try. */
  gateway(): string;
  token(): Promise<string>;
  /** How long to go on trying. */
  patienceMs: number;
  /** One try. */
  timeoutMs: number;
  /** Whether to ask once more after an answer. */
  replay: boolean;
}

export interface Outcome {
  type: 'ok' | 'fail' | 'unknown';
  reply: Reply | undefined;
  tries: number;
}

export async function perform(asked: Asked, way: Way): Promise<Outcome> {
  const { process, customer, f, value } = asked;
  const key = randomUUID();
  const facts = { op: randomUUID(), process, key, f, customer, value };
  way.recorder.write({ ...facts, type: 'invoke', time: Date.now() });
  const outcome = await sendUntilKnown(asked, key, way);
  const time = Date.now();
  const differs = outcome.type === 'ok' && way.replay ? await replayOf(asked, key, way, outcome.reply) : undefined;
  way.recorder.write({ ...facts, ...told(outcome), ...(differs !== undefined && { differs }), time });
  return outcome;
}

function told({ type, reply, tries }: Outcome): Pick<Line, 'type' | 'status' | 'code' | 'body' | 'tries'> {
  if (!reply) return { type, tries };
  const code = codeOf(reply);
  return { type, tries, status: reply.status, body: reply.text, ...(code && { code }) };
}

/** What an answer says about the effect. Every other refusal is final: the key was not taken, or its refusal is kept. */
export function typeOf(reply: Pick<Reply, 'status'> | undefined, code: string | undefined): Outcome['type'] {
  if (!reply || reply.status >= 500 || mayRetry(reply.status, code)) return 'unknown';
  return reply.status < 300 ? 'ok' : 'fail';
}

async function sendUntilKnown(asked: Asked, key: string, way: Way): Promise<Outcome> {
  const deadline = Date.now() + way.patienceMs;
  for (let tries = 1; ; tries += 1) {
    const reply = await once(asked, key, way);
    const type = typeOf(reply, reply && codeOf(reply));
    const wait = backoff(tries, reply?.headers.get('retry-after'));
    if (type !== 'unknown' || Date.now() + wait > deadline) return { type, reply, tries };
    await sleep(wait);
  }
}

/** Undefined when no answer came. */
async function once({ path, request }: Asked, key: string, way: Way): Promise<Reply | undefined> {
  try {
    const headers = {
      authorization: `Bearer ${await way.token()}`,
      'content-type': request.contentType,
      'idempotency-key': key,
    };
    const body = request.body === undefined ? {} : { body: request.body };
    return await send(`${way.gateway()}${path}`, { method: 'POST', headers, timeoutMs: way.timeoutMs, ...body });
  } catch {
    return undefined;
  }
}

/** What came instead of the first answer; undefined when it was the same or nobody answered. */
async function replayOf(asked: Asked, key: string, way: Way, first: Reply | undefined): Promise<string | undefined> {
  const again = await once(asked, key, way);
  if (!first || !again || typeOf(again, codeOf(again)) === 'unknown') return undefined;
  const same = again.status === first.status && again.bytes.equals(first.bytes);
  return same ? undefined : `${again.status} ${again.text}`;
}
