import { randomUUID } from 'node:crypto';
import {
  type Attributes,
  context,
  type Context,
  isSpanContextValid,
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

/**
 * Spans over HTTP, gRPC and Kafka with W3C trace context (https://www.w3.org/TR/trace-context/).
 *
 * Without an exporter a span is only its ids: they still travel and still stand in every log line, and the SDK
 * (16 MiB) is not even loaded.
 */
context.setGlobalContextManager(new AsyncContextManager());

let tracer: Tracer | undefined;

/** From now on spans are recorded by this tracer. */
export function recordWith(recorder: Tracer | undefined): void {
  tracer = recorder;
}

const hex = (length: number) => randomUUID().replaceAll('-', '').slice(0, length);

/** A span that is never recorded: its ids travel and stand in the log all the same. */
export function spanOfIds(parent: Context): Span {
  const above = trace.getSpanContext(parent);
  const valid = above !== undefined && isSpanContextValid(above);
  return trace.wrapSpanContext({
    traceId: valid ? above.traceId : hex(32),
    spanId: hex(16),
    traceFlags: valid ? above.traceFlags : TraceFlags.NONE,
  });
}

/** The caller ends it. */
export function startSpan(
  name: string,
  attributes: Attributes,
  kind: SpanKind,
  parent: Context = context.active(),
): Span {
  return tracer ? tracer.startSpan(name, { attributes, kind }, parent) : spanOfIds(parent);
}

/** Marks a span as failed, unless the error is one that callers are expected to see. */
export function failSpan(span: Span, error: unknown): void {
  if (isDomainError(error) && error.row.log === 'info') {
    span.setAttribute('halftone.code', error.code);
    return;
  }
  span.recordException(error instanceof Error ? error : String(error));
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** Runs `work` inside a span that ends with it. */
export async function withSpan<R>(
  name: string,
  attributes: Attributes,
  work: (span: Span) => Promise<R>,
  kind: SpanKind = SpanKind.INTERNAL,
): Promise<R> {
  const span = startSpan(name, attributes, kind);
  try {
    return await context.with(trace.setSpan(context.active(), span), () => work(span));
  } catch (error) {
    failSpan(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** Whether spans of this trace go anywhere: for work that is done so often that even ids would be too dear. */
export const isRecorded = (traceparentHeader: string | undefined): boolean => {
  const span = trace.getSpanContext(contextOf(traceparentHeader));
  return tracer !== undefined && span !== undefined && (span.traceFlags & TraceFlags.SAMPLED) !== 0;
};

/** The header for what is sent on, undefined outside of any span. */
export const traceparent = (): string | undefined => traceparentOf(trace.getSpanContext(context.active()));

/** The header that makes what follows a child of this span. */
export function traceparentOf(span: SpanContext | undefined): string | undefined {
  if (!span || !isSpanContextValid(span)) return undefined;
  return `00-${span.traceId}-${span.spanId}-${span.traceFlags.toString(16).padStart(2, '0')}`;
}

const header = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/;

/** The active context with a remote parent; a header that is absent or malformed starts a new trace. */
export function contextOf(traceparentHeader: string | undefined): Context {
  const [, traceId, spanId, flags] = header.exec(traceparentHeader ?? '') ?? [];
  if (!traceId || !spanId || !flags) return context.active();
  const remote = { traceId, spanId, traceFlags: parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(remote) ? trace.setSpanContext(context.active(), remote) : context.active();
}

/** Continues a trace that came in with a message. */
export const withTraceparent = <R>(traceparentHeader: string | undefined, work: () => R): R =>
  context.with(contextOf(traceparentHeader), work);
