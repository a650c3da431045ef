import type { IncomingMessage, Server } from 'node:http';
import { Server as TcpServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fastify } from './http-edge';
import type { Lifecycle } from './lifecycle';

/**
 * HTTP at a stop. From its first moment every answer says `Connection: close`, so that a client that keeps its connections leaves each
 * between two requests, where nothing can be torn. After the lame duck: refuse new connections, finish the requests in flight,
 * and let go what is idle still. Who upgrades or streams without end must end those itself in the 'refuse' or 'drain' stage.
 */
export function drainHttp(fastify: Fastify, lifecycle: Lifecycle): void {
  const server: Server = fastify.server;
  const silent = silentSockets(server);
  let closed = false;

  fastify.addHook('onSend', (request, reply, payload, done) => {
    // HTTP/2 has no such header.
    if (lifecycle.isStopping && request.raw.httpVersionMajor < 2) reply.header('connection', 'close');
    done(null, payload);
  });
  lifecycle.onStop('refuse', 'http', async () => {
    // Not the HTTP server's own close, which would cut idle connections, and to it a stream on a bare socket is one.
    TcpServer.prototype.close.call(server, () => (closed = true));
  });
  lifecycle.onStop('drain', 'http', async () => {
    while (!closed) {
      server.closeIdleConnections();
      for (const socket of silent) if (socket.bytesRead === 0) socket.destroy();
      await sleep(10, undefined, { ref: false });
    }
  });
}

/** Connections that never asked for anything, as browsers and pools open ahead of need; to Node they are not idle. */
function silentSockets(server: Server): ReadonlySet<Socket> {
  const silent = new Set<Socket>();
  server.on('connection', (socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.on('request', ({ socket }: IncomingMessage) => silent.delete(socket));
  return silent;
}
