import proxy from '@fastify/http-proxy';
import files from '@fastify/static';
import { DomainError } from '@halftone/kernel';
import { endToEnd, problemAnswer, traceparent } from '@halftone/service';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { ConsoleConfig } from './config';
import { securityHeaders } from './security-headers';

/** Files under assets/ have a hash of their content in their name. */
const immutable = 'public, max-age=31536000, immutable';

/** Serves the folder's current files, so a rebuilt page is served immediately. Nothing outside the folder, no dot files. */
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
      reply.header('cache-control', path.includes('/assets/') ? immutable : 'no-cache');
    },
  });
}

/** Proxies requests to the gateway unchanged, in the same trace. Bodies are streamed. */
export async function proxyApi(app: NestFastifyApplication, { GATEWAY_URL }: ConsoleConfig): Promise<void> {
  for (const prefix of ['/v1', '/v2']) {
    await app.register(proxy, {
      upstream: GATEWAY_URL,
      prefix,
      rewritePrefix: prefix,
      replyOptions: {
        rewriteHeaders: (headers) => endToEnd(headers),
        rewriteRequestHeaders: ({ socket }, headers) => ({
          ...endToEnd(headers),
          'x-forwarded-for': [headers['x-forwarded-for'] ?? [], socket.remoteAddress ?? 'unknown'].flat().join(', '),
          traceparent: traceparent(),
        }),
        onError(reply, { error }) {
          const error503 = new DomainError('UNAVAILABLE', 'The gateway does not answer', [], { cause: error });
          const { status, headers, bytes } = problemAnswer(error503, reply.request);
          void reply.code(status).headers(headers).send(bytes);
        },
      },
    });
  }
}
