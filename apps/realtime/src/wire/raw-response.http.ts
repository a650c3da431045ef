import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** The methods of Node's request parser that its server uses to hand over a connection at an upgrade. */
interface Parser {
  _consumed?: boolean;
  unconsume(): void;
  remove(): void;
  close(): void;
}

type HttpSocket = Socket & { parser?: Parser | null };

/** The output of a long-lived stream. */
interface RawStream {
  wire: Duplex;
  /** The bytes that must be written first. */
  head: string;
}

/** Takes over a 200 response before its first byte; undefined if the client has disconnected. */
export function takeStream(
  response: ServerResponse | Http2ServerResponse,
  headers: Readonly<Record<string, string>>,
): RawStream | undefined {
  if ('stream' in response) return takeHttp2(response, headers);
  const socket = takeSocket(response);
  return socket && { wire: socket, head: streamHead(headers) };
}

/** An HTTP/2 stream needs no hand-over. */
function takeHttp2(response: Http2ServerResponse, headers: Readonly<Record<string, string>>): RawStream | undefined {
  const { stream } = response;
  if (stream.destroyed || stream.closed) return undefined;
  stream.respond({ ':status': 200, ...headers });
  // For Fastify and the counter of requests in flight, the request ends here.
  response.emit('finish');
  response.emit('close');
  stream.on('error', destroy).resume();
  return { wire: stream, head: '' };
}

/**
 * Takes the socket of a response before its first byte, for a long-lived stream. It declares the response finished, so that Node and Fastify
 * release it, and its span ends. Then it removes the server's listeners and parser, as at an upgrade: an open `ServerResponse`
 * takes 15 KB per connection, a socket with a parser 12 KB, a bare one 3 KB. Undefined if the client has disconnected.
 */
function takeSocket(response: ServerResponse): Socket | undefined {
  const socket: HttpSocket | null = response.socket;
  if (!socket || socket.destroyed) return undefined;
  response.emit('finish');
  // The server now treats it as an idle keep-alive connection, which it would close.
  socket.setTimeout(0);
  socket.removeAllListeners();
  const { parser } = socket;
  if (parser) release(socket, parser);
  // Reads and drops further input, because otherwise the client's end would go unnoticed.
  socket.on('error', destroy).on('end', destroy).resume();
  return socket;
}

function release(socket: HttpSocket, parser: Parser): void {
  if (parser._consumed) parser.unconsume();
  parser._consumed = false;
  parser.remove();
  socket.parser = null;
  // The parser may be the current caller.
  setImmediate(() => parser.close());
}

function destroy(this: Duplex): void {
  this.destroy();
}

/** The response head of a stream that ends with its connection, so it has no length and no chunks. */
const streamHead = (headers: Readonly<Record<string, string>>): string => {
  const fields = Object.entries({ ...headers, connection: 'close' });
  return `HTTP/1.1 200 OK\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
};
