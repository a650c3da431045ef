import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  applyDecorators,
  type CallHandler,
  createParamDecorator,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
  SetMetadata,
  UseInterceptors,
} from '@nestjs/common';
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
const conflicts = counter('idempotency_conflicts_total', 'Requests refused because of their idempotency key', {
  reason: ['mismatch', 'running'],
});

const BODY_SCHEMA = Symbol('body schema of an idempotent route');

/**
 * The HTTP side of idempotency keys, and the fast path: one Redis round trip before the handler, none awaited after it.
 * The truth is the row of the service behind. Without Redis every request reaches that service, which marks a repeated one
 * as replayed with the same message, so it is encoded to the same bytes. Only successes are stored; a failed handler
 * frees the key immediately. A client that disconnects cancels nothing: its retry gets the answer.
 */
@Injectable()
class IdempotencyInterceptor implements NestInterceptor {
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
    // The validation pipe runs next and reports the errors; an invalid body must not reach Redis.
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
        throw new DomainError('IDEMPOTENCY_IN_FLIGHT', 'the first request with this key is still running; retry later');
      case 'reused':
        conflicts.inc({ reason: 'mismatch' });
        throw new DomainError('IDEMPOTENCY_KEY_REUSED', 'this key belongs to another request');
      default:
        return known satisfies never;
    }
  }

  /** Answers are stored in Redis without waiting, so an immediate repeat may overtake that. Retries briefly before IN_FLIGHT. */
  private async begin(scope: string, fingerprint: string): Promise<ReplayState> {
    if (planted('idempotency.ignored')) return { state: 'new' };
    for (const delayMs of retryDelaysMs) {
      const known = await this.answers.begin(scope, fingerprint);
      if (known.state !== 'running') return known;
      await sleep(delayMs);
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
      return jsonBody(reply, body);
    } catch (error) {
      void this.answers.abandon(scope);
      throw error;
    }
  }
}

const retryDelaysMs = [10, 30, 100];

/** Path parameters and body identify the request. */
function fingerprintOf(params: object, body: unknown): string {
  const identity = Object.keys(params).length > 0 ? { params, body } : body;
  return createHash('sha256').update(canonicalJson(identity)).digest('hex');
}

/** Marks an answer that the owning service replayed. */
export const markReplay = (reply: EdgeReply, replayed: boolean): EdgeReply =>
  replayed ? reply.header('idempotent-replayed', 'true') : reply;

function replay(answer: StoredAnswer | undefined, reply: EdgeReply): Observable<string> | undefined {
  if (!answer) return undefined;
  for (const [name, value] of Object.entries(answer.headers)) reply.header(name, value);
  markReplay(reply.status(answer.status), true);
  return of(jsonBody(reply, planted('idempotency.replay-differs') ? `${answer.body} ` : answer.body));
}

/** A string is sent unchanged, so stored and sent bytes are the same. */
function jsonBody(reply: EdgeReply, body: string): string {
  reply.header('content-type', 'application/json; charset=utf-8');
  return body;
}

function headersOf(reply: EdgeReply): Record<string, string> {
  const set = storedHeaders.map((name) => [name, reply.getHeader(name)] as const);
  return Object.fromEntries(
    set.filter((entry): entry is readonly [(typeof storedHeaders)[number], string] => typeof entry[1] === 'string'),
  );
}

/** The route runs once per customer and Idempotency-Key. The parsed `body` is the request's fingerprint. */
export const Idempotent = (body: ZodType) =>
  applyDecorators(SetMetadata(BODY_SCHEMA, body), UseInterceptors(IdempotencyInterceptor));

/** The validated key, passed on to the owning service. */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext): string =>
  parseIdempotencyKey(context.switchToHttp().getRequest<EdgeRequest>().headers['idempotency-key']),
);
