import type { ServerResponse } from 'node:http';
import { context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { admitBodies } from './body-admission';
import { limitBodies } from './body-timeout';
import { type CallContext, runInCall } from './call-context';
import { addEdgeRules, answerUnsupportedRequests, answerParserError } from './edge-rules';
import type { Fastify } from './fastify';
import { exemplarHistogram, gauge } from './metrics';
import { problemAnswer } from './problem-answer';
import type { HttpOptions } from './service-definition';
import { callerOf } from './token';
import { contextOf, spanOfIds, startSpan } from './tracing';

/** The call and the span of a request. */
interface Edge {
  call: CallContext;
  span: Span;
}

const mebibyte = 1024 * 1024;

const duration = exemplarHistogram(
  'http_server_duration_seconds',
  'Time from the request line to the last byte of the response',
  ['route', 'method', 'status'],
);
const inFlight = gauge('http_requests_in_flight', 'Requests whose response is not complete');

export function httpAdapter({ bodyLimit = mebibyte, bodyTimeout, accepts, bodies, anonymousBody }: HttpOptions = {}) {
  const adapter = new FastifyAdapter({
    bodyLimit,
    // The edge rules answer it, with a problem document.
    http: { requireHostHeader: false },
    frameworkErrors: answerRouter,
    clientErrorHandler: answerParserError,
  });
  const instance = adapter.getInstance<Fastify>();
  // JSON is the only body of every service; others register a parser in ServiceDefinition.start.
  instance.removeContentTypeParser('text/plain');
  limitBodies(instance.server, bodyTimeout);
  answerUnsupportedRequests(instance.server);
  edgeHooks(instance);
  if (bodies) admitBodies(instance, bodies, anonymousBody);
  addEdgeRules(instance, accepts);
  return { adapter, instance };
}

/** The router rejects a malformed path before any hook or filter runs. */
function answerRouter(error: Error, request: { method: string; url: string }, reply: { raw: ServerResponse }): void {
  const { status, headers, bytes } = problemAnswer(error, request);
  reply.raw.writeHead(status, { ...headers, 'content-length': bytes.length }).end(bytes);
}

const first = (header: string | string[] | undefined) => (Array.isArray(header) ? header[0] : header);

function deadlineOf(header: string | undefined): { deadline?: number } {
  const ms = Number(header);
  return header !== undefined && Number.isFinite(ms) && ms >= 0 ? { deadline: Date.now() + ms } : {};
}

const within = ({ call, span }: Edge, work: () => void) =>
  context.with(trace.setSpan(context.active(), span), () => runInCall(call, work));

/** Health checks and scrapes come every few seconds and would hide the rest. */
const isOperational = (route: string) => route.startsWith('/healthz') || route === '/metrics';

/** Counts until the response closes. It also closes when the client hangs up before an answer. */
function countWhileOpen(response: ServerResponse): void {
  inFlight.inc();
  response.once('close', () => inFlight.dec());
}

/**
 * Runs each request inside its call context and span, and measures it.
 *
 * The context is entered twice: a body is read in socket events outside the request's context, so the code after the
 * parser would otherwise run without it.
 */
function edgeHooks(fastify: Fastify): void {
  const edges = new WeakMap<object, Edge>();

  fastify.addHook('onRequest', (request, reply, done) => {
    const { headers, method, url } = request;
    const route = request.routeOptions.url ?? 'unmatched';
    const [path = ''] = url.split('?', 1);
    const attributes = { 'http.request.method': method, 'http.route': route, 'url.path': path, 'url.scheme': 'http' };
    const parent = contextOf(first(headers.traceparent));
    const span = isOperational(route)
      ? spanOfIds(parent)
      : startSpan(`${method} ${route}`, attributes, SpanKind.SERVER, parent);
    if (!isOperational(route)) countWhileOpen(reply.raw);
    const enter = (call: CallContext) => {
      const edge = { call: { ...call, ...deadlineOf(first(headers['x-request-timeout-ms'])) }, span };
      edges.set(request, edge);
      within(edge, done);
    };
    if (headers.authorization === undefined) enter({});
    else void callerOf(headers.authorization).then(enter);
  });

  fastify.addHook('preValidation', (request, _reply, done) => {
    const edge = edges.get(request);
    if (edge) within(edge, done);
    else done();
  });

  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unmatched';
    const edge = edges.get(request);
    const observe = () =>
      duration.observe({ route, method: request.method, status: reply.statusCode }, reply.elapsedTime / 1_000);
    edge?.span.setAttribute('http.response.status_code', reply.statusCode);
    if (reply.statusCode >= 500) edge?.span.setStatus({ code: SpanStatusCode.ERROR });
    if (edge && !isOperational(route)) within(edge, observe);
    edge?.span.end();
    done();
  });
}
