import { STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Http2SecureServer, Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Duplex } from 'node:stream';
import { DomainError, type ErrorCode } from '@halftone/kernel';
import type { Fastify } from './fastify';
import { setDefaultHost, hostError } from './host-field';
import { problemAnswer } from './problem-answer';
import { allowedMethods, type Route } from './route-table';

/** The media types of a route, by its path; `*` means every other route. A named route requires a body. */
export type Accepts = Readonly<Record<string, readonly string[]>>;

const jsonOnly = ['application/json'];

/**
 * What HTTP requires of every route, whoever registered it: 405 with Allow, 415 with the accepted types, empty bodies
 * accepted where none is required, and a problem document for every error.
 */
export function addEdgeRules(fastify: Fastify, accepts: Accepts = {}): void {
  const routes: Route[] = [];
  const requiresBody = (url = '') => accepts[url] !== undefined;
  const acceptedAt = (url = '') => accepts[url] ?? accepts['*'] ?? jsonOnly;

  fastify.addHook('onRoute', (route) => {
    for (const method of [route.method].flat()) if (method !== 'OPTIONS') routes.push({ method, url: route.url });
    // Plugins would use Fastify's own error handler, which answers plain JSON.
    route.errorHandler ??= (error, { method, url }, reply) => {
      const { status, headers, bytes } = problemAnswer(error, { method, url });
      void reply.status(status).headers(headers).send(bytes);
    };
    if (route.method === 'HEAD') route.onSend = [route.onSend ?? [], removeLengthOf304 as never].flat();
  });

  fastify.addHook('onRequest', (request, _reply, done) => {
    const refusal = hostError(request.raw);
    setDefaultHost(request.raw);
    done(refusal);
  });

  // Runs after every onRequest hook, so a plugin may answer first (a preflight) or add headers. It runs before the
  // body is read.
  fastify.addHook('preParsing', (request, reply, _payload, done) => {
    const { method, url, headers } = request;
    // Apollo registers OPTIONS and refuses it in its own format; preflights were answered before.
    if (request.is404 || method === 'OPTIONS') {
      const allowed = allowedMethods(routes, url);
      if (allowed.length === 0) return done(new DomainError('ROUTE_NOT_FOUND', `Cannot ${method} ${pathOf(url)}`));
      reply.header('allow', allowed.join(', '));
      return done(new DomainError('METHOD_NOT_ALLOWED', `This resource allows ${allowed.join(', ')}`));
    }
    const accepted = acceptedAt(request.routeOptions.url);
    const refusal = refusalOf(request.raw, accepted);
    if (refusal?.code === 'UNSUPPORTED_MEDIA_TYPE') reply.header('accept', accepted.join(', '));
    if (refusal?.code === 'UNSUPPORTED_CONTENT_ENCODING') reply.header('accept-encoding', 'identity');
    // The JSON parser rejects an empty body, also where none is required.
    if (
      !requiresBody(request.routeOptions.url) &&
      !hasContent(request.raw) &&
      isJson.test(headers['content-type'] ?? '')
    )
      delete headers['content-type'];
    done(refusal);
  });

  fastify.addHook('onSend', (request, reply, payload, done) => {
    const isUnexplained = reply.statusCode === 415 && !reply.hasHeader('accept') && !reply.hasHeader('accept-encoding');
    if (isUnexplained) reply.header('accept', acceptedAt(request.routeOptions.url).join(', '));
    done(null, payload);
  });
}

const isJson = /^application\/json\b/i;
const pathOf = (url: string) => url.split('?', 1)[0] ?? url;

/**
 * Over HTTP/2 a body needs no length, and a request without a body may end in a separate frame. So the content type
 * decides.
 */
export function hasContent(request: IncomingMessage | Http2ServerRequest): boolean {
  const { headers } = request;
  if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0) return true;
  return 'stream' in request && !request.stream.endAfterHeaders && headers['content-type'] !== undefined;
}

/**
 * Fastify also checks the content type of a request without a body, except for these methods, and its refusal would
 * not list the accepted types.
 */
const hasCheckedType = (request: IncomingMessage): boolean =>
  hasContent(request) || (request.headers['content-type'] !== undefined && !bodyless.has(request.method ?? ''));

const bodyless: ReadonlySet<string> = new Set(['GET', 'HEAD', 'TRACE']);

/** Why a body cannot be accepted, decided before it is read. */
function refusalOf(request: IncomingMessage, accepted: readonly string[]): DomainError | undefined {
  // RFC 9112 §6.1: reject an unsupported coding; the bytes would be misread.
  if ((request.headers['transfer-encoding'] ?? 'chunked').toLowerCase() !== 'chunked')
    return new DomainError(
      'UNSUPPORTED_CONTENT_ENCODING',
      'Send the body without a transfer coding, other than chunked',
    );
  if (accepted.includes('*/*') || !hasCheckedType(request)) return undefined;
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding.toLowerCase() !== 'identity' && hasContent(request))
    return new DomainError('UNSUPPORTED_CONTENT_ENCODING', 'Send the body without a Content-Encoding');
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (accepted.some((range) => range === type || (range.endsWith('/*') && type.startsWith(range.slice(0, -1)))))
    return undefined;
  return new DomainError('UNSUPPORTED_MEDIA_TYPE', `Send the body as ${accepted.join(' or ')}`);
}

/** Fastify computes the length of a HEAD response from a body that a 304 does not have (RFC 9110 §8.6). */
function removeLengthOf304(
  _request: unknown,
  reply: { statusCode: number; removeHeader(name: string): unknown },
  payload: unknown,
  done: (error: null, payload: unknown) => void,
): void {
  if (reply.statusCode === 304) reply.removeHeader('content-length');
  done(null, payload);
}

type ParserError = Error & { code?: string; rawPacket?: unknown };

/** Codes of Node's parser; any other one is malformed. */
const codesOfParser: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'BODY_TOO_LARGE',
  HPE_INVALID_METHOD: 'METHOD_UNKNOWN',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
};

const messages: Partial<Record<ErrorCode, string>> = {
  HEADERS_TOO_LARGE: 'The URL and the headers are too long together',
  METHOD_UNKNOWN: 'This server does not know this method',
  REQUEST_TIMEOUT: 'The request did not arrive in time',
};

/** Only a line of HTTP has an unknown method; garbage has none. */
const requestLine = /^[!#$%&'*+.^_`|~\w-]+ \S+ HTTP\/1\.[01]\r?\n/;

function codeOf({ code = '', rawPacket }: ParserError): ErrorCode {
  const isGarbage =
    code === 'HPE_INVALID_METHOD' && !requestLine.test(Buffer.isBuffer(rawPacket) ? rawPacket.toString('latin1') : '');
  return isGarbage ? 'MALFORMED_REQUEST' : (codesOfParser[code] ?? 'MALFORMED_REQUEST');
}

/** Answers requests that Node's parser rejects before a request object exists. The connection cannot be used again. */
export function answerParserError(error: ParserError, socket: Duplex): void {
  const begun = (socket as { _httpMessage?: { headersSent: boolean } })._httpMessage?.headersSent;
  if (error.code === 'ECONNRESET' || !socket.writable || begun) return void socket.destroy();
  const code = codeOf(error);
  writeProblem(socket, new DomainError(code, messages[code] ?? 'The request is not a valid HTTP message'));
}

function writeProblem(socket: Duplex, error: DomainError): void {
  const { status, headers, bytes } = problemAnswer(error, { method: '-', url: '' });
  const all = { ...headers, connection: 'close', 'content-length': String(bytes.length) };
  const fields = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.once('finish', () => socket.destroy());
  socket.end(
    Buffer.concat([Buffer.from(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${fields.join('')}\r\n`), bytes]),
  );
}

/** Answers the requests that Node would answer itself without a body: Expect and CONNECT. For HTTP/1.1 and HTTP/2. */
export function answerUnsupportedRequests(server: Server | Http2SecureServer): void {
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    writeAnswer(response, request, new DomainError('EXPECTATION_FAILED', 'Only Expect: 100-continue is supported'));
  });
  // HTTP/1.1 passes the socket, HTTP/2 a response.
  server.on('connect', (request: IncomingMessage, answer: Duplex | Http2ServerResponse) => {
    const error = new DomainError('METHOD_UNKNOWN', 'This server is not a proxy');
    if ('writeHead' in answer) return writeAnswer(answer, request, error);
    answer.on('error', () => answer.destroy());
    writeProblem(answer, error);
  });
}

function writeAnswer(
  response: ServerResponse | Http2ServerResponse,
  { method = '', url = '', httpVersionMajor }: IncomingMessage,
  error: DomainError,
): void {
  const { status, headers, bytes } = problemAnswer(error, { method, url });
  // HTTP/2 has no such header; it ends only the stream.
  const close = httpVersionMajor < 2 && { connection: 'close' };
  (response as ServerResponse).writeHead(status, { ...headers, ...close, 'content-length': bytes.length }).end(bytes);
}
