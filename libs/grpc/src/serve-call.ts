import type { Metadata } from '@grpc/grpc-js';
import { SpanKind } from '@opentelemetry/api';
import type { DomainError } from '@halftone/kernel';
import { callerOf, domainErrorOf, histogram, logger, runInCall, withSpan, withTraceparent } from '@halftone/service';

/** What every kind of incoming call has. */
export interface IncomingCall {
  metadata: Metadata;
  getDeadline(): Date | number;
}

const log = logger('grpc');
const duration = histogram('grpc_server_duration_seconds', 'Time from the request to its status', ['method', 'code']);

const header = (metadata: Metadata, name: string) => {
  const value = metadata.get(name)[0];
  return value === undefined ? undefined : String(value);
};

/** grpc-js says Infinity when the caller set none. */
function deadlineOf(call: IncomingCall): { deadline?: number } {
  const deadline = Number(call.getDeadline());
  return Number.isFinite(deadline) ? { deadline } : {};
}

/** Runs a handler as its caller, within its deadline and its span. Rejects with a DomainError only. */
export async function serveCall<R>(path: string, call: IncomingCall, work: () => Promise<R>): Promise<R> {
  const end = duration.startTimer({ method: path });
  const context = { ...(await callerOf(header(call.metadata, 'authorization'))), ...deadlineOf(call) };
  return withTraceparent(header(call.metadata, 'traceparent'), async () => {
    try {
      const answer = await withSpan(path, { 'rpc.system': 'grpc' }, () => runInCall(context, work), SpanKind.SERVER);
      end({ code: 'OK' });
      return answer;
    } catch (error) {
      const refusal = domainErrorOf(error);
      end({ code: refusal.code });
      note(path, refusal);
      throw refusal;
    }
  });
}

function note(path: string, error: DomainError): void {
  const err = error.code === 'INTERNAL' ? (error.cause ?? error) : undefined;
  log[error.row.log]({ code: error.code, ...(err !== undefined && { err }) }, `${path}: ${error.message}`);
}
