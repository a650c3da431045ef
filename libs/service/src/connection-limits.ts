import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Http2SecureServer } from 'node:http2';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { limits } from '@halftone/contracts';
import { AddressCount } from './address-count';
import { counter } from './metrics';
import { RefusedBodies, type RefusedBody, type RefusedBodyLimits } from './refused-body';

export interface ConnectionLimits extends RefusedBodyLimits {
  /** Concurrent requests of one connection. Further bytes are not read until one of them is answered. */
  pipelined: number;
  /** Requests after which a connection is closed. */
  requests: number;
  /** Concurrent connections of one address; 0 means no limit. */
  perAddress: number;
  /** Bytes of a body that are read and discarded after the answer, so that the connection can be reused. */
  unwantedBody: number;
  /** The longest time without progress in sending an answer. */
  answerPauseMs: number;
}

export const connectionLimits: ConnectionLimits = {
  pipelined: limits.pipelinedRequests.value,
  requests: limits.requestsPerConnection.value,
  perAddress: limits.connectionsPerAddress.value,
  unwantedBody: limits.unwantedBody.value,
  refusedBody: limits.refusedBody.value,
  refusedBodyMs: limits.refusedBodyTime.value,
  refusedBodyRate: limits.refusedBodyRate.value,
  refusedBodies: limits.refusedBodies.value,
  answerPauseMs: limits.answerPause.value,
};

const closings = counter(
  'http_connections_refused_total',
  'Connections that were closed because they exceeded a limit',
  {
    reason: ['address', 'unread', 'unwanted'],
  },
);
const holds = counter(
  'http_pipelines_held_total',
  'Times the reading of a connection was paused because of its requests in progress',
);

/**
 * Limits one connection and one address over HTTP/1.1; HTTP/2 limits its own streams.
 *
 * Node parses everything it has read, up to 64 KiB at a time, and starts every request in it: up to 1,800 small ones.
 * So the bytes of a connection reach its parser one request head at a time. They wait in the socket while enough
 * requests are running, and TCP slows the client down. A request runs until the system has sent its whole answer, so
 * a client that reads no answers starts no further requests.
 */
export function limitConnections(server: Server | Http2SecureServer, overrides: Partial<ConnectionLimits> = {}): void {
  const all = { ...connectionLimits, ...overrides };
  const connections = new Map<Socket, PipelinedConnection>();
  const addresses = new AddressCount(all.perAddress);
  const isTls = 'addContext' in server;
  const refusedBodies = new RefusedBodies(all);

  const read = (socket: Socket) => {
    const connection = PipelinedConnection.of(socket, all, refusedBodies);
    if (!connection) return;
    connections.set(socket, connection);
    // It may close between two answers, with a body sent in part.
    socket.once('close', () => connections.delete(socket));
  };
  server.on('connection', (socket: Socket) => {
    if (!addresses.admit(socket)) {
      closings.inc({ reason: 'address' });
      return void socket.destroy();
    }
    if (!isTls) read(socket);
  });
  if (isTls) server.on('secureConnection', (socket: TLSSocket) => socket.alpnProtocol !== 'h2' && read(socket));
  const begin = (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    const connection = connections.get(socket);
    if (!connection) return;
    connection.begin(request, response);
    response.once('close', () => connection.end() || connections.delete(socket));
  };
  // Never 'upgrade' here: with one listener for it, Node hands every such request over and answers none itself.
  server.on('request', begin);

  const everyMs = all.answerPauseMs / 4;
  const sweep = () =>
    connections.forEach((connection, socket) => connection.check(everyMs) || connections.delete(socket));
  const timer = setInterval(sweep, everyMs).unref();
  server.once('close', () => clearInterval(timer));
}

type Feed = (this: Socket, bytes: Buffer) => void;
/** Node's internal marks on the sockets of its server. */
type HttpSocket = Socket & { parser?: object | null; _paused?: boolean };

/** A blank line in a body has no meaning. A body of blank lines must not cost one parser call each. */
const minBodyChunk = 1_024;
const blankLine = Buffer.from('\r\n\r\n');

/** One HTTP/1.1 connection. */
class PipelinedConnection {
  private running = 0;
  private requests = 0;
  private isPaused = false;
  private latest: IncomingMessage | undefined;
  private unwanted = 0;
  private refused: RefusedBody | undefined;
  private sent = 0;
  private pauseMs = 0;

  private constructor(
    private readonly socket: HttpSocket,
    private readonly feed: Feed,
    private readonly limits: ConnectionLimits,
    private readonly refusedBodies: RefusedBodies,
  ) {}

  /** Takes the place of Node's own data listener, which feeds the parser. */
  static of(socket: Socket, limits: ConnectionLimits, refusedBodies: RefusedBodies): PipelinedConnection | undefined {
    const [feed] = socket.listeners('data') as Feed[];
    if (!feed) return undefined;
    const connection = new PipelinedConnection(socket, feed, limits, refusedBodies);
    const read = (bytes: Buffer) => connection.read(bytes);
    // Node removes its listener when a connection is upgraded; like for `once`, this property names the original.
    Object.assign(read, { listener: feed });
    socket.removeListener('data', feed);
    // Node's `on` of such a socket also ends the shortcut from the system to the parser, which bypasses all
    // listeners.
    socket.on('data', read);
    return connection;
  }

  begin(request: IncomingMessage, response: ServerResponse): void {
    this.latest = request;
    this.unwanted = 0;
    this.running += 1;
    this.requests += 1;
    // Its answer then has `Connection: close`.
    if (this.requests >= this.limits.requests) response.shouldKeepAlive = false;
  }

  /** Returns false when the connection was upgraded and is no longer the server's. */
  end(): boolean {
    this.running -= 1;
    if (this.isPaused && !this.isFull) {
      this.isPaused = false;
      this.socket.resume();
    }
    return this.socket.parser != null;
  }

  /** Returns false when the connection is gone. Closes it when an answer makes no progress. */
  check(sinceMs: number): boolean {
    const { socket } = this;
    if (socket.destroyed || socket.parser == null) return false;
    const sent = socket.bytesWritten - socket.writableLength;
    this.pauseMs = socket.writableLength > 0 && sent === this.sent ? this.pauseMs + sinceMs : 0;
    this.sent = sent;
    if (this.pauseMs < this.limits.answerPauseMs) return true;
    this.close('unread');
    return false;
  }

  private refuse(bytes: Buffer): void {
    if (this.socket.writableEnded) return;
    this.refused = this.refusedBodies.refuse(this.socket, () => this.close('unwanted'));
    if (this.refused) this.refused.discard(bytes);
    else closings.inc({ reason: 'unwanted' });
  }

  private close(reason: 'unread' | 'unwanted'): void {
    closings.inc({ reason });
    this.socket.destroy();
  }

  private read(bytes: Buffer): void {
    const { socket } = this;
    if (this.refused) return this.refused.discard(bytes);
    // All requests are answered, but the body of the latest continues.
    if (this.running === 0 && this.latest?.complete === false) this.unwanted += bytes.length;
    if (this.unwanted > this.limits.unwantedBody) return this.refuse(bytes);
    for (let at = 0; at < bytes.length;) {
      if (socket.destroyed || socket.writableEnded) return;
      // Node, or the reader of a body, pauses the socket in the middle of a chunk. The parser takes nothing
      // meanwhile.
      if (socket._paused || (at > 0 && socket.isPaused()) || this.isFull) return this.pause(bytes.subarray(at));
      const end = this.endOfChunk(bytes, at);
      this.feed.call(socket, bytes.subarray(at, end));
      at = end;
      if (socket.parser == null) return void (at < bytes.length && socket.unshift(bytes.subarray(at)));
    }
  }

  private pause(rest: Buffer): void {
    if (this.isFull && !this.isPaused) {
      this.isPaused = true;
      holds.inc();
    }
    // Pause first: a flowing stream would emit the returned bytes immediately.
    this.socket.pause();
    this.socket.unshift(rest);
  }

  /** Never true within a body that a running request may wait for. */
  private get isFull(): boolean {
    const { pipelined, requests } = this.limits;
    return (this.running >= pipelined || this.requests >= requests) && this.latest?.complete === true;
  }

  private endOfChunk(bytes: Buffer, at: number): number {
    const from = this.latest?.complete === false ? at + minBodyChunk : at;
    const found = bytes.indexOf(blankLine, from);
    return found < 0 ? bytes.length : found + blankLine.length;
  }
}
