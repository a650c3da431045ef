import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import {
  constants,
  type Http2SecureServer,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import { DomainError } from '@halftone/kernel';
import { problemAnswer } from './problem-answer';

export interface BodyTimeout {
  /** The longest pause between two chunks of a body. */
  idleMs: number;
  /** Time before the minimum rate applies. */
  graceMs: number;
  /** The minimum average rate. */
  minBytesPerSecond: number;
}

/** A client in a tunnel reconnects within seconds, and a client at modem speed is served. */
const bodyTimeout: BodyTimeout = { idleMs: 12_000, graceMs: 15_000, minBytesPerSecond: 500 };

/** Measures how long the server has waited for one client's body. Pure: time comes in as ticks. */
export class BodyClock {
  private bytes = 0;
  private idleMs = 0;
  private waitedMs = 0;

  constructor(private readonly limits: BodyTimeout) {}

  /**
   * Whether the body is late after another `ms`. While received bytes are unread the server is slow, not the client,
   * and the clock is paused.
   */
  isLate(bytes: number, isUnread: boolean, ms: number): boolean {
    const { idleMs, graceMs, minBytesPerSecond } = this.limits;
    if (isUnread || bytes > this.bytes) this.idleMs = 0;
    else this.idleMs += ms;
    this.bytes = bytes;
    if (!isUnread) this.waitedMs += ms;
    const allowedMs = graceMs + (bytes / minBytesPerSecond) * 1_000;
    return this.idleMs >= idleMs || this.waitedMs > allowedMs;
  }
}

interface Incoming {
  request: IncomingMessage;
  response: ServerResponse;
  clock: BodyClock;
  received: { bytes: number; isEnded: boolean };
}

/**
 * Ends bodies that stall or trickle: with 408 REQUEST_TIMEOUT, or by closing the connection once the answer has
 * begun. Node only limits the total time of a request, which would also end a slow upload. It applies to bodies of
 * every route, also to unread ones, over HTTP/1.1 and HTTP/2.
 */
export function limitBodies(server: Server | Http2Server | Http2SecureServer, limits: BodyTimeout = bodyTimeout): void {
  const incoming = new Set<Incoming>();
  const everyMs = Math.min(1_000, limits.idleMs / 4);
  const timer = setInterval(() => incoming.forEach((one) => check(one, incoming, everyMs)), everyMs).unref();
  server.once('close', () => clearInterval(timer));
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (!hasBody(request)) return;
    incoming.add({ request, response, clock: new BodyClock(limits), received: countBytes(request) });
  });
}

/** RFC 9112 §6.3: one of these two fields announces a body. In HTTP/2 an ended stream means that there is none. */
function hasBody(request: IncomingMessage | Http2ServerRequest): boolean {
  if ('stream' in request) return !request.stream.endAfterHeaders;
  return request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
}

/** Counts the bytes that the parser passes to the request. A data listener would consume them. */
function countBytes(request: IncomingMessage): Incoming['received'] {
  const received = { bytes: 0, isEnded: false };
  const push = request.push.bind(request);
  request.push = (chunk: Buffer | null, encoding?: BufferEncoding) => {
    if (chunk === null) received.isEnded = true;
    else received.bytes += chunk.length;
    return push(chunk, encoding);
  };
  return received;
}

function check(one: Incoming, all: Set<Incoming>, ms: number): void {
  const { request, received, clock } = one;
  if (received.isEnded || request.complete || isGone(request)) return void all.delete(one);
  if (!clock.isLate(received.bytes, request.readableLength > 0, ms)) return;
  all.delete(one);
  endRequest(one);
}

/** After an early answer Node forgets the request and does not destroy it with its connection. */
const isGone = (request: IncomingMessage): boolean =>
  request.destroyed || (request.httpVersionMajor < 2 && request.socket.destroyed);

function endRequest({ request, response }: Incoming): void {
  const late = new DomainError('REQUEST_TIMEOUT', 'The rest of the body did not arrive in time');
  if (response.headersSent || response.destroyed) return void request.destroy(late);
  const { status, headers, bytes } = problemAnswer(late, { method: request.method ?? '', url: request.url ?? '' });
  // An HTTP/2 response only finishes when its stream closes, so wait for the stream.
  const written = streamOf(response) ?? response;
  written.once('finish', () => end(request, response, late));
  const close = request.httpVersionMajor < 2 && { connection: 'close' };
  response.writeHead(status, { ...headers, ...close, 'content-length': bytes.length }).end(bytes);
}

const streamOf = (response: ServerResponse | Http2ServerResponse) =>
  'stream' in response ? response.stream : undefined;

/** An incomplete request is left, so nothing can follow it over HTTP/1.1. The reader of the body gets the error. */
function end(request: IncomingMessage, response: ServerResponse, late: DomainError): void {
  const stream = streamOf(response);
  if (stream) stream.close(constants.NGHTTP2_NO_ERROR);
  else request.destroy(late);
}
