/**
 * One request with an effect, sent until its outcome is known: always with the same key, each try to any gateway.
 * Then it may be replayed, and must get the same bytes.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, send, type Reply, type Request } from '../clients/http.ts';
import { backoff, mayRetry } from '../clients/retry.ts';
import type { Effect, Line } from './history.ts';
import type { Recorder } from './recorder.ts';

export interface EffectRequest {
  process: string;
  customer: string;
  f: Effect;
  path: string;
  value: Record<string, unknown>;
  request: Pick<Request, 'body'> & { contentType: string };
}

export interface SendOptions {
  recorder: Recorder;
  /** The address for the next try. */
  gateway(): string;
  token(): Promise<string>;
  /** How long to retry. */
  patienceMs: number;
  /** One try. */
  timeoutMs: number;
  /** Whether to send it once more after the answer. */
  replay: boolean;
}

export interface Outcome {
  type: 'ok' | 'fail' | 'unknown';
  reply: Reply | undefined;
  tries: number;
}

export async function perform(effectRequest: EffectRequest, options: SendOptions): Promise<Outcome> {
  const { process, customer, f, value } = effectRequest;
  const key = randomUUID();
  const facts = { op: randomUUID(), process, key, f, customer, value };
  options.recorder.write({ ...facts, type: 'invoke', time: Date.now() });
  const outcome = await sendUntilKnown(effectRequest, key, options);
  const time = Date.now();
  const differs =
    outcome.type === 'ok' && options.replay ? await replayOf(effectRequest, key, options, outcome.reply) : undefined;
  options.recorder.write({ ...facts, ...resultFields(outcome), ...(differs !== undefined && { differs }), time });
  return outcome;
}

function resultFields({ type, reply, tries }: Outcome): Pick<Line, 'type' | 'status' | 'code' | 'body' | 'tries'> {
  if (!reply) return { type, tries };
  const code = codeOf(reply);
  return { type, tries, status: reply.status, body: reply.text, ...(code && { code }) };
}

/** Whether the effect happened, by the answer. A refusal is final: the key was not taken, or the refusal is stored. */
export function typeOf(reply: Pick<Reply, 'status'> | undefined, code: string | undefined): Outcome['type'] {
  if (!reply || reply.status >= 500 || mayRetry(reply.status, code)) return 'unknown';
  return reply.status < 300 ? 'ok' : 'fail';
}

async function sendUntilKnown(effectRequest: EffectRequest, key: string, options: SendOptions): Promise<Outcome> {
  const deadline = Date.now() + options.patienceMs;
  for (let tries = 1; ; tries += 1) {
    const reply = await once(effectRequest, key, options);
    const type = typeOf(reply, reply && codeOf(reply));
    const wait = backoff(tries, reply?.headers.get('retry-after'));
    if (type !== 'unknown' || Date.now() + wait > deadline) return { type, reply, tries };
    await sleep(wait);
  }
}

/** Undefined when no answer came. */
async function once({ path, request }: EffectRequest, key: string, options: SendOptions): Promise<Reply | undefined> {
  try {
    const headers = {
      authorization: `Bearer ${await options.token()}`,
      'content-type': request.contentType,
      'idempotency-key': key,
    };
    const body = request.body === undefined ? {} : { body: request.body };
    return await send(`${options.gateway()}${path}`, {
      method: 'POST',
      headers,
      timeoutMs: options.timeoutMs,
      ...body,
    });
  } catch {
    // The history records the type as unknown, and the operation is sent again.
    return undefined;
  }
}

/** The different answer of a replay; undefined when it was equal or missing. */
async function replayOf(
  effectRequest: EffectRequest,
  key: string,
  options: SendOptions,
  first: Reply | undefined,
): Promise<string | undefined> {
  const again = await once(effectRequest, key, options);
  if (!first || !again || typeOf(again, codeOf(again)) === 'unknown') return undefined;
  const same = again.status === first.status && again.bytes.equals(first.bytes);
  return same ? undefined : `${again.status} ${again.text}`;
}
