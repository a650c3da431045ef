import type { IncomingMessage, ServerResponse } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { z } from 'zod';
import { isAllowedOrigin } from './origin';
import { commaList } from './settings';

/** Settings of every process that browsers call. */
export const originSettings = {
  ALLOWED_ORIGINS: commaList(z.string().min(1))
    .prefault('')
    .describe('comma-separated origins whose pages may call, in addition to the own origin; * allows all'),
};

const preflight = {
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
  'access-control-allow-headers':
    'Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Range, traceparent, X-Request-Timeout-Ms',
  'access-control-max-age': '600',
};

/** The headers a page may read in addition to the safelisted ones. */
const exposed =
  'Accept, Allow, Content-Range, ETag, Idempotent-Replayed, Link, Location, Retry-After, WWW-Authenticate';

/**
 * Lets pages of these origins read every answer of the process (CORS,
 * https://fetch.spec.whatwg.org/#http-cors-protocol). The header is set before anything else handles the request, so
 * answers of the parser, the router and a stopping server have it too. Credentials are not allowed: pages send a
 * token in a header or a ticket, never a cookie.
 */
export function allowOrigins(app: NestFastifyApplication, origins: readonly string[]): void {
  const fastify = app.getHttpAdapter().getInstance();
  app.getHttpServer().prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    setCorsHeaders(request, response, origins);
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    const isPreflight = request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
    if (!isPreflight) return done();
    const isAllowed = reply.raw.hasHeader('access-control-allow-origin');
    void reply
      .code(204)
      .headers({ vary: 'Origin', ...(isAllowed && preflight) })
      .send();
  });
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    reply.header('vary', withOrigin(reply.getHeader('vary')));
    done(null, payload);
  });
}

/** For a server whose requests bypass the application. */
export function setCorsHeaders(
  { headers }: Pick<IncomingMessage, 'headers'>,
  response: Pick<ServerResponse, 'setHeader'>,
  origins: readonly string[],
): void {
  response.setHeader('vary', 'Origin');
  const { origin, host } = headers;
  if (origin === undefined || !isAllowedOrigin(origin, host, origins)) return;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-expose-headers', exposed);
}

function withOrigin(vary: number | string | string[] | undefined): string {
  const all = [vary ?? []].flat().join(', ');
  if (/(^|,)\s*(origin|\*)\s*(,|$)/i.test(all)) return all;
  return all ? `${all}, Origin` : 'Origin';
}
