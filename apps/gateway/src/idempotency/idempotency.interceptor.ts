import { createHash } from 'node:crypto';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { DomainError } from '@halftone/kernel';
import { ReplayCache } from '@halftone/redis';
import { counter, requirePrincipal } from '@halftone/service';
import { from, lastValueFrom, type Observable, of } from 'rxjs';
import type { ZodType } from 'zod';
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
    const fingerprint = createHash('sha256').update(canonicalJson(body.data)).digest('hex');
    const known = await this.answers.begin(scope, fingerprint);
    replays.inc({ route, source: 'redis' }, known.state === 'done' ? 1 : 0);
    switch (known.state) {
      case 'new':
        return from(this.run(scope, fingerprint, next, reply));
      case 'done':
        return replay(decodeAnswer(known.response), reply) ?? next.handle();
      case 'running':
        conflicts.inc({ reason: 'running' });
        reply.header('retry-after', '1');
        throw new DomainError('IDEMPOTENCY_IN_FLIGHT', 'the first request with this key has no answer yet; ask again');
      case 'reused':
        conflicts.inc({ reason: 'mismatch' });
        throw new DomainError('IDEMPOTENCY_KEY_REUSED', 'this key belongs to a request with another body');
      default:
        return known satisfies never;
    }
  }

  private async run(scope: string, fingerprint: string, next: CallHandler, reply: EdgeReply): Promise<string> {
    try {
      const body = JSON.stringify(await lastValueFrom(next.handle()));
      void this.answers.finish(
        scope,
        fingerprint,
        encodeAnswer({ status: reply.statusCode, headers: headersOf(reply), body }),
      );
      return sendable(reply, body);
    } catch (error) {
      void this.answers.abandon(scope);
      throw error;
    }
  }
}

/** Tells the client when the owning service answered from its own memory. */
export const markReplay = (reply: EdgeReply, replayed: boolean): EdgeReply =>
  replayed ? reply.header('idempotent-replayed', 'true') : reply;

function replay(answer: StoredAnswer | undefined, reply: EdgeReply): Observable<string> | undefined {
  if (!answer) return undefined;
  for (const [name, value] of Object.entries(answer.headers)) reply.header(name, value);
  markReplay(reply.status(answer.status), true);
  return of(sendable(reply, answer.body));
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
