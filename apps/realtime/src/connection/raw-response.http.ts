import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Takes the socket of a response that was not begun, for a stream that lasts: the response is declared finished, so that Node and
 * Fastify let go of it and its request (an open `ServerResponse` holds 15 KB per connection, a bare socket 3) and its span ends here.
 * Undefined when the client is gone already.
 */
export function takeSocket(response: ServerResponse): Socket | undefined {
  const { socket } = response;
  if (!socket || socket.destroyed) return undefined;
  response.emit('finish');
  // The server now takes it for an idle keep-alive connection, which it would close.
  socket.setTimeout(0);
  return socket;
}

/** The head of such a stream. It ends when the connection does, so it has neither length nor chunks. */
export const streamHead = (headers: Readonly<Record<string, string>>): string => {
  const fields = Object.entries({ ...headers, connection: 'close' });
  return `HTTP/1.1 200 OK\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
};
