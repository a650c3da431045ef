import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Node's parser of requests on a connection, as far as the server itself uses it to hand a connection over at an upgrade. */
interface Parser {
  _consumed?: boolean;
  unconsume(): void;
  remove(): void;
  close(): void;
}

type HttpSocket = Socket & { parser?: Parser | null };

/** What a stream that lasts is written to. */
interface Taken {
  wire: Duplex;
  /** What has to be written before anything else. */
  head: string;
}

/** For an answer of 200 that was not begun; undefined when the client is gone already. */
export function takeStream(
  response: ServerResponse | Http2ServerResponse,
  headers: Readonly<Record<string, string>>,
): Taken | undefined {
  if ('stream' in response) return takeHttp2(response, headers);
  const socket = takeSocket(response);
  return socket && { wire: socket, head: streamHead(headers) };
}

/** A stream of HTTP/2 is bare as it is. */
function takeHttp2(response: Http2ServerResponse, headers: Readonly<Record<string, string>>): Taken | undefined {
  const { stream } = response;
  if (stream.destroyed || stream.closed) return undefined;
  stream.respond({ ':status': 200, ...headers });
  // To Fastify and to the count of requests in flight it is over.
  response.emit('finish');
  response.emit('close');
  stream.on('error', destroy).resume();
  return { wire: stream, head: '' };
}

/**
 * Takes the socket of a response that was not begun, for a stream that lasts: the response is declared finished, so that Node and
 * Fastify let go of it and its request and its span ends here. Then the server's own listeners and parser go, as they do at an upgrade:
 * an open `ServerResponse` holds 15 KB per connection, a socket with a parser 12, a bare one 3.
 * Undefined when the client is gone already.
 */
function takeSocket(response: ServerResponse): Socket | undefined {
  const socket: HttpSocket | null = response.socket;
  if (!socket || socket.destroyed) return undefined;
  response.emit('finish');
  // The server now takes it for an idle keep-alive connection, which it would close.
  socket.setTimeout(0);
  socket.removeAllListeners();
  const { parser } = socket;
  if (parser) release(socket, parser);
  // What the client says from now on is read, because only so its end is noticed, and dropped.
  socket.on('error', destroy).on('end', destroy).resume();
  return socket;
}

function release(socket: HttpSocket, parser: Parser): void {
  if (parser._consumed) parser.unconsume();
  parser._consumed = false;
  parser.remove();
  socket.parser = null;
  // It may be what called us.
  setImmediate(() => parser.close());
}

function destroy(this: Duplex): void {
  this.destroy();
}

/** The head of such a stream. It ends when the connection does, so it has neither length nor chunks. */
const streamHead = (headers: Readonly<Record<string, string>>): string => {
  const fields = Object.entries({ ...headers, connection: 'close' });
  return `HTTP/1.1 200 OK\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
};
