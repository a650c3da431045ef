import { randomUUID } from 'node:crypto';
import {
  type Attributes,
  context,
  type Context,
  isSpanContextValid,
  type Link,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer,
} from '@opentelemetry/api';
import { isDomainError } from '@halftone/kernel';
import { AsyncContextManager } from './async-context';

export { SpanKind };

/**
 * Spans over HTTP, gRPC and Kafka with W3C trace context (https://www.w3.org/TR/trace-context/).
 *
 * Without an exporter a span has only its ids: they are still propagated and logged, and the SDK (16 MiB) is not
 * loaded.
 */
context.setGlobalContextManager(new AsyncContextManager());

let tracer: Tracer | undefined;

/** From now on this tracer records spans. */
export function recordWith(recorder: Tracer | undefined): void {
  tracer = recorder;
}

const hex = (length: number) => randomUUID().replaceAll('-', '').slice(0, length);

/** A span that is never recorded: its ids are still propagated and logged. */
export function spanOfIds(parent: Context): Span {
  const above = trace.getSpanContext(parent);
  const valid = above !== undefined && isSpanContextValid(above);
  return trace.wrapSpanContext({
    traceId: valid ? above.traceId : hex(32),
    spanId: hex(16),
    traceFlags: valid ? above.traceFlags : TraceFlags.NONE,
  });
}

/** The caller must end it. */
export function startSpan(
  name: string,
  attributes: Attributes,
  kind: SpanKind,
  parent: Context = context.active(),
  links: Link[] = [],
): Span {
  return tracer ? tracer.startSpan(name, { attributes, kind, links }, parent) : spanOfIds(parent);
}

/** Marks a span as failed, unless callers are expected to get this error. */
export function failSpan(span: Span, error: unknown): void {
  if (isDomainError(error) && error.row.log === 'info') {
    span.setAttribute('halftone.code', error.code);
    return;
  }
  span.recordException(error instanceof Error ? error : String(error));
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** Runs `work` inside a span that ends with it. Each of `linked` is the `traceparent` of another span that it is about. */
export async function withSpan<R>(
  name: string,
  attributes: Attributes,
  work: (span: Span) => Promise<R>,
  kind: SpanKind = SpanKind.INTERNAL,
  linked: readonly (string | undefined)[] = [],
): Promise<R> {
  const span = startSpan(name, attributes, kind, context.active(), tracer ? linked.flatMap(linkTo) : []);
  try {
    return await context.with(trace.setSpan(context.active(), span), () => work(span));
  } catch (error) {
    failSpan(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** Whether the spans of this trace are exported, for work so frequent that even ids would cost too much. */
export const isRecorded = (traceparentHeader: string | undefined): boolean => {
  const span = trace.getSpanContext(contextOf(traceparentHeader));
  return tracer !== undefined && span !== undefined && (span.traceFlags & TraceFlags.SAMPLED) !== 0;
};

/** The header for outgoing calls; undefined outside of any span. */
export const traceparent = (): string | undefined => traceparentOf(trace.getSpanContext(context.active()));

/** The header that makes the next span a child of this one. */
export function traceparentOf(span: SpanContext | undefined): string | undefined {
  if (!span || !isSpanContextValid(span)) return undefined;
  return `00-${span.traceId}-${span.spanId}-${span.traceFlags.toString(16).padStart(2, '0')}`;
}

const header = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/;

/** The active context with a remote parent. An absent or malformed header starts a new trace. */
export function contextOf(traceparentHeader: string | undefined): Context {
  const [, traceId, spanId, flags] = header.exec(traceparentHeader ?? '') ?? [];
  if (!traceId || !spanId || !flags) return context.active();
  const remote = { traceId, spanId, traceFlags: parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(remote) ? trace.setSpanContext(context.active(), remote) : context.active();
}

function linkTo(traceparentHeader: string | undefined): Link[] {
  const found = traceparentHeader === undefined ? undefined : trace.getSpanContext(contextOf(traceparentHeader));
  return found ? [{ context: found }] : [];
}

/** Continues the trace of a message. */
export const withTraceparent = <R>(traceparentHeader: string | undefined, work: () => R): R =>
  context.with(contextOf(traceparentHeader), work);
