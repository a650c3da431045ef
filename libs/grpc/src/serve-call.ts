import type { Metadata } from '@grpc/grpc-js';
import { SpanKind } from '@opentelemetry/api';
import type { DomainError } from '@halftone/kernel';
import { callerOf, domainErrorOf, logFieldsOf, logger, runInCall, withTraceparent } from '@halftone/service';
import { runRpc } from './rpc';

/** The common part of all incoming calls. */
export interface IncomingCall {
  metadata: Metadata;
  getDeadline(): Date | number;
}

const log = logger('grpc');

const header = (metadata: Metadata, name: string) => {
  const value = metadata.get(name)[0];
  return value === undefined ? undefined : String(value);
};

/** grpc-js returns Infinity when the caller set no deadline. */
function deadlineOf(call: IncomingCall): { deadline?: number } {
  const deadline = Number(call.getDeadline());
  return Number.isFinite(deadline) ? { deadline } : {};
}

/** Runs a handler with its caller, deadline and span. Rejects only with a DomainError. */
export async function serveCall<R>(path: string, call: IncomingCall, work: () => Promise<R>): Promise<R> {
  const context = { ...(await callerOf(header(call.metadata, 'authorization'))), ...deadlineOf(call) };
  return withTraceparent(header(call.metadata, 'traceparent'), async () => {
    try {
      return await runRpc(path, SpanKind.SERVER, () => runInCall(context, work));
    } catch (error) {
      const refusal = domainErrorOf(error);
      logError(path, refusal);
      throw refusal;
    }
  });
}

function logError(path: string, error: DomainError): void {
  log[error.row.log](logFieldsOf(error), `${path}: ${error.message}`);
}
