import { context, type Span, SpanKind, trace } from '@opentelemetry/api';
import type { DomainError } from '@halftone/kernel';
import { exemplarHistogram, failSpan, startSpan, stopwatch } from '@halftone/service';
import { errorOfStatus } from './status';

const labels = ['method', 'code'] as const;
const durations = {
  [SpanKind.SERVER]: exemplarHistogram('grpc_server_duration_seconds', 'Time from the request to its status', labels),
  [SpanKind.CLIENT]: exemplarHistogram(
    'grpc_client_duration_seconds',
    'Time from the call to its status, including all retries',
    labels,
  ),
};

/** One call on one side, from its start to its status: its span and duration. */
export class Rpc {
  private readonly seconds = stopwatch();
  private readonly span: Span;

  /** `path` is `/package.Service/Method`. Names follow https://opentelemetry.io/docs/specs/semconv/rpc/grpc/ */
  constructor(
    private readonly path: string,
    private readonly kind: SpanKind.SERVER | SpanKind.CLIENT,
  ) {
    const [, service = '', method = ''] = path.split('/');
    const attributes = { 'rpc.system': 'grpc', 'rpc.service': service, 'rpc.method': method };
    this.span = startSpan(`${service}/${method}`, attributes, kind);
  }

  within<R>(work: () => R): R {
    return context.with(trace.setSpan(context.active(), this.span), work);
  }

  end(error?: DomainError): void {
    this.span.setAttribute('rpc.grpc.status_code', error?.row.grpc ?? 0);
    if (error) failSpan(this.span, error);
    const code = error?.code ?? 'OK';
    this.within(() => durations[this.kind].observe({ method: this.path, code }, this.seconds()));
    this.span.end();
  }
}

/** Runs a call that ends with the promise. Rejects only with a DomainError. */
export async function runRpc<R>(
  path: string,
  kind: SpanKind.SERVER | SpanKind.CLIENT,
  work: () => Promise<R>,
): Promise<R> {
  const rpc = new Rpc(path, kind);
  try {
    const answer = await rpc.within(work);
    rpc.end();
    return answer;
  } catch (cause) {
    const error = errorOfStatus(cause);
    rpc.end(error);
    throw error;
  }
}
