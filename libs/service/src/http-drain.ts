import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fastify } from './http-edge';
import type { Lifecycle } from './lifecycle';

/**
 * HTTP at a stop: refuse new connections, finish the requests in flight, and let go each kept connection as soon as it
 * is idle. Who upgrades or streams without end must end those itself in the 'refuse' or 'drain' stage.
 */
export function drainHttp(fastify: Fastify, lifecycle: Lifecycle): void {
  const server: Server = fastify.server;
  let closed = false;

  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (lifecycle.isStopping) reply.header('connection', 'close');
    done(null, payload);
  });
  lifecycle.onStop('refuse', 'http', async () => {
    server.close(() => (closed = true));
  });
  lifecycle.onStop('drain', 'http', async () => {
    while (!closed) {
      server.closeIdleConnections();
      await sleep(10);
    }
  });
}
