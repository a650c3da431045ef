import proxy from '@fastify/http-proxy';
import files from '@fastify/static';
import { DomainError } from '@halftone/kernel';
import { problemOf, traceparent } from '@halftone/service';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { ConsoleConfig } from './config';
import { securityHeaders } from './security-headers';

/** Files under assets/ have a hash of their content in their name. */
const forEver = 'public, max-age=31536000, immutable';

/** What is in the folder at the moment of a request, so that a page that is built anew is served at once. Nothing outside it, no dot files. */
export async function servePage(
  app: NestFastifyApplication,
  { CONSOLE_FILES, REALTIME_URLS }: ConsoleConfig,
): Promise<void> {
  const headers = securityHeaders(REALTIME_URLS);
  await app.register(files, {
    root: CONSOLE_FILES,
    prefix: '/console/',
    cacheControl: false,
    dotfiles: 'ignore',
    setHeaders(reply, path) {
      reply.headers(headers);
      reply.header('cache-control', path.includes('/assets/') ? forEver : 'no-cache');
    },
  });
}

/** To the gateway as the page sent it, in the same trace. Bodies stream through. */
export async function passOn(app: NestFastifyApplication, { GATEWAY_URL }: ConsoleConfig): Promise<void> {
  for (const prefix of ['/v1', '/v2']) {
    await app.register(proxy, {
      upstream: GATEWAY_URL,
      prefix,
      rewritePrefix: prefix,
      replyOptions: {
        rewriteRequestHeaders: (_request, headers) => ({ ...headers, traceparent: traceparent() }),
        onError(reply, { error }) {
          const away = new DomainError('UNAVAILABLE', 'The gateway does not answer', [], { cause: error });
          const problem = problemOf(away, reply.request.url, undefined);
          void reply.code(problem.status).type('application/problem+json').send(JSON.stringify(problem));
        },
      },
    });
  }
}
