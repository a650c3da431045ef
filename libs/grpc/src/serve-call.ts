import type { Metadata } from '@grpc/grpc-js';
import { SpanKind } from '@opentelemetry/api';
import type { DomainError } from '@halftone/kernel';
import { callerOf, domainErrorOf, logger, runInCall, withTraceparent } from '@halftone/service';
import { runRpc } from './rpc';

/** What every kind of incoming call has. */
export interface IncomingCall {
  metadata: Metadata;
  getDeadline(): Date | number;
}

const log = logger('grpc');

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
  const context = { ...(await callerOf(header(call.metadata, 'authorization'))), ...deadlineOf(call) };
  return withTraceparent(header(call.metadata, 'traceparent'), async () => {
    try {
      return await runRpc(path, SpanKind.SERVER, () => runInCall(context, work));
    } catch (error) {
      const refusal = domainErrorOf(error);
      note(path, refusal);
      throw refusal;
    }
  });
}

function note(path: string, error: DomainError): void {
  const err = error.code === 'INTERNAL' ? (error.cause ?? error) : undefined;
  log[error.row.log]({ code: error.code, ...(err !== undefined && { err }) }, `${path}: ${error.message}`);
}
