import type { ServerResponse } from 'node:http';
import { context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type CallContext, runInCall } from './call-context';
import { exemplarHistogram, gauge } from './metrics';
import { problemAnswer } from './problem-answer';
import type { HttpOptions } from './service-definition';
import { callerOf } from './token';
import { contextOf, spanOfIds, startSpan } from './tracing';

/** What a request carries through the process: who asks, and its span. */
interface Edge {
  call: CallContext;
  span: Span;
}

/** Fastify's own type, without a dependency on the package that NestJS brings. */
export type Fastify = Awaited<ReturnType<NestFastifyApplication['register']>>;

const mebibyte = 1024 * 1024;

const duration = exemplarHistogram(
  'http_server_duration_seconds',
  'Time from the request line to the last byte of the answer',
  ['route', 'method', 'status'],
);
const inFlight = gauge('http_requests_in_flight', 'Requests that have no whole answer yet');

export function httpAdapter({ bodyLimit = mebibyte }: HttpOptions = {}) {
  const adapter = new FastifyAdapter({ bodyLimit, frameworkErrors: answerRouter });
  const instance = adapter.getInstance<Fastify>();
  // JSON is the only body every service takes; whoever wants more registers a parser in ServiceDefinition.start.
  instance.removeContentTypeParser('text/plain');
  edgeHooks(instance);
  return { adapter, instance };
}

/** The router refuses a malformed path before any hook or filter runs. */
function answerRouter(error: Error, request: { method: string; url: string }, reply: { raw: ServerResponse }): void {
  const { status, headers, bytes } = problemAnswer(error, request);
  reply.raw.writeHead(status, headers).end(bytes);
}

const one = (header: string | string[] | undefined) => (Array.isArray(header) ? header[0] : header);

function deadlineOf(header: string | undefined): { deadline?: number } {
  const ms = Number(header);
  return header !== undefined && Number.isFinite(ms) && ms >= 0 ? { deadline: Date.now() + ms } : {};
}

const within = ({ call, span }: Edge, work: () => void) =>
  context.with(trace.setSpan(context.active(), span), () => runInCall(call, work));

/** Health and scrapes come every few seconds and would drown the rest. */
const quiet = (route: string) => route.startsWith('/healthz') || route === '/metrics';

/** Until the response closes, which it also does when the client hangs up and there is no answer to end. */
function countWhileOpen(response: ServerResponse): void {
  inFlight.inc();
  response.once('close', () => inFlight.dec());
}

/**
 * Runs each request inside its call context and span, and measures it.
 *
 * The context is entered twice: a body is read in events of the socket, which know nothing of the request, so what
 * follows the parser would otherwise run outside.
 */
function edgeHooks(fastify: Fastify): void {
  const edges = new WeakMap<object, Edge>();

  fastify.addHook('onRequest', (request, reply, done) => {
    const { headers, method, url } = request;
    const route = request.routeOptions.url ?? 'unmatched';
    const [path = ''] = url.split('?', 1);
    const attributes = { 'http.request.method': method, 'http.route': route, 'url.path': path, 'url.scheme': 'http' };
    const parent = contextOf(one(headers.traceparent));
    const span = quiet(route)
      ? spanOfIds(parent)
      : startSpan(`${method} ${route}`, attributes, SpanKind.SERVER, parent);
    if (!quiet(route)) countWhileOpen(reply.raw);
    const enter = (call: CallContext) => {
      const edge = { call: { ...call, ...deadlineOf(one(headers['x-request-timeout-ms'])) }, span };
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
    if (edge && !quiet(route)) within(edge, observe);
    edge?.span.end();
    done();
  });
}
