import type { IncomingMessage, Server } from 'node:http';
import { Server as TcpServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fastify } from './fastify';
import type { Lifecycle } from './lifecycle';

/**
 * HTTP during a stop. From the first moment every answer has `Connection: close`, so a keep-alive client leaves
 * between two requests, where nothing can be cut. After the lame-duck phase: refuse new connections, finish the
 * requests in flight, close idle connections. A part with upgraded or endless streams must end those itself in the
 * 'refuse' or 'drain' stage.
 */
export function drainHttp(fastify: Fastify, lifecycle: Lifecycle): void {
  const server: Server = fastify.server;
  const unused = unusedSockets(server);
  let closed = false;

  fastify.addHook('onSend', (request, reply, payload, done) => {
    // HTTP/2 has no such header.
    if (lifecycle.isStopping && request.raw.httpVersionMajor < 2) reply.header('connection', 'close');
    done(null, payload);
  });
  lifecycle.onStop('refuse', 'http', async () => {
    // Not the HTTP server's own `close`: it would cut idle connections, and it counts a stream on a bare socket as
    // idle.
    TcpServer.prototype.close.call(server, () => (closed = true));
  });
  lifecycle.onStop('drain', 'http', async () => {
    while (!closed) {
      server.closeIdleConnections();
      for (const socket of unused) if (socket.bytesRead === 0) socket.destroy();
      await sleep(10, undefined, { ref: false });
    }
  });
}

/** Connections without any request, as browsers and pools open in advance; Node does not count them as idle. */
function unusedSockets(server: Server): ReadonlySet<Socket> {
  const unused = new Set<Socket>();
  server.on('connection', (socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.on('request', ({ socket }: IncomingMessage) => unused.delete(socket));
  return unused;
}
