import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CallHandler, type ExecutionContext, Inject, Injectable, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { DomainError } from '@halftone/kernel';
import { ReplayCache, type ReplayState } from '@halftone/redis';
import { counter, failpoint, planted, requirePrincipal } from '@halftone/service';
import { from, lastValueFrom, type Observable, of } from 'rxjs';
import type { ZodType } from 'zod';
import { CONFIG, type GatewayConfig } from '../config';
import type { EdgeReply, EdgeRequest } from '../http/reply';
import { canonicalJson } from './canonical-json';
import { parseIdempotencyKey } from './idempotency-key';
import { decodeAnswer, encodeAnswer, type StoredAnswer, storedHeaders } from './stored-answer';

const replays = counter('idempotent_replays_total', 'Requests answered with the stored answer of an earlier one', [
  'route',
  'source',
]);
const conflicts = counter('idempotency_conflicts_total', 'Requests refused because of their key', {
  reason: ['mismatch', 'running'],
});

export const BODY_SCHEMA = Symbol('body schema of an idempotent route');

/**
 * The HTTP side of "once per key", and its fast path: one round trip to Redis before the handler, none awaited after it.
 * The truth is the row of the service behind; without Redis every request simply gets there, and a repeated one comes back marked
 * as replayed with the same message, which the views turn into the same bytes. Only successes are kept: a failed handler gives
 * the key back at once. A client that hangs up cancels nothing, its retry finds the answer.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly answers: ReplayCache,
    private readonly reflector: Reflector,
    @Inject(CONFIG) private readonly config: GatewayConfig,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<EdgeRequest>();
    const reply = context.switchToHttp().getResponse<EdgeReply>();
    const key = parseIdempotencyKey(request.headers['idempotency-key']);
    const body = this.reflector.get<ZodType>(BODY_SCHEMA, context.getHandler()).safeParse(request.body);
    // The pipe that comes next says what is wrong with it; nothing of it may reach Redis.
    if (!body.success) return next.handle();

    const route = `${request.method} ${request.routeOptions.url}`;
    const scope = `${requirePrincipal().customer}:${route}:${key}`;
    const fingerprint = fingerprintOf(request.params, body.data);
    await failpoint('gateway.request.read');
    const known = await this.begin(scope, fingerprint);
    await failpoint('gateway.replay.begun');
    replays.inc({ route, source: 'redis' }, known.state === 'done' ? 1 : 0);
    switch (known.state) {
      case 'new':
        return from(this.run(scope, fingerprint, next, reply));
      case 'done':
        return replay(decodeAnswer(known.response), reply) ?? next.handle();
      case 'running':
        conflicts.inc({ reason: 'running' });
        throw new DomainError('IDEMPOTENCY_IN_FLIGHT', 'the first request with this key has no answer yet; ask again');
      case 'reused':
        conflicts.inc({ reason: 'mismatch' });
        throw new DomainError('IDEMPOTENCY_KEY_REUSED', 'this key belongs to another request');
      default:
        return known satisfies never;
    }
  }

  /** Nobody waits for an answer to be in Redis, so who repeats a request at once may overtake it: looks again before saying that it runs. */
  private async begin(scope: string, fingerprint: string): Promise<ReplayState> {
    if (planted('idempotency.ignored')) return { state: 'new' };
    for (const pauseMs of pausesMs) {
      const known = await this.answers.begin(scope, fingerprint);
      if (known.state !== 'running') return known;
      await sleep(pauseMs);
    }
    return this.answers.begin(scope, fingerprint);
  }

  private async run(scope: string, fingerprint: string, next: CallHandler, reply: EdgeReply): Promise<string> {
    try {
      const body = JSON.stringify(await lastValueFrom(next.handle()));
      await failpoint('gateway.answer.received');
      const answer = encodeAnswer({ status: reply.statusCode, headers: headersOf(reply), body });
      const stored = this.answers.finish(scope, fingerprint, answer, this.config.IDEMPOTENCY_TTL_HOURS * 3600);
      await failpoint('gateway.answer.stored', stored);
      return sendable(reply, body);
    } catch (error) {
      void this.answers.abandon(scope);
      throw error;
    }
  }
}

const pausesMs = [10, 30, 100];

/** The same path with another id in it is another request, as is another body. */
function fingerprintOf(params: object, body: unknown): string {
  const asked = Object.keys(params).length > 0 ? { params, body } : body;
  return createHash('sha256').update(canonicalJson(asked)).digest('hex');
}

/** Tells the client when the owning service answered from its own memory. */
export const markReplay = (reply: EdgeReply, replayed: boolean): EdgeReply =>
  replayed ? reply.header('idempotent-replayed', 'true') : reply;

function replay(answer: StoredAnswer | undefined, reply: EdgeReply): Observable<string> | undefined {
  if (!answer) return undefined;
  for (const [name, value] of Object.entries(answer.headers)) reply.header(name, value);
  markReplay(reply.status(answer.status), true);
  return of(sendable(reply, planted('idempotency.replay-differs') ? `${answer.body} ` : answer.body));
}

/** A string goes out as it is: what was stored and what was sent are the same bytes. */
function sendable(reply: EdgeReply, body: string): string {
  reply.header('content-type', 'application/json; charset=utf-8');
  return body;
}

function headersOf(reply: EdgeReply): Record<string, string> {
  const set = storedHeaders.map((name) => [name, reply.getHeader(name)] as const);
  return Object.fromEntries(
    set.filter((entry): entry is readonly [(typeof storedHeaders)[number], string] => typeof entry[1] === 'string'),
  );
}
