import { AsyncLocalStorage } from 'node:async_hooks';
import { DomainError } from '@halftone/kernel';

export interface Principal {
  customer: string;
  role: 'customer' | 'operator';
}

/** Who asks, with what token, and until when the answer is of use. The same object for HTTP, GraphQL and gRPC. */
export interface CallContext {
  principal?: Principal;
  /** Sent on with calls to other services. */
  token?: string;
  /** Epoch milliseconds at which the token ends. */
  expires?: number;
  /** Epoch milliseconds after which nobody waits any more. */
  deadline?: number;
  /** Why the token gave no principal; thrown only where one is needed, so that public routes still answer. */
  refused?: DomainError;
}

const calls = new AsyncLocalStorage<CallContext>();

export const currentCall = (): CallContext | undefined => calls.getStore();

export const runInCall = <R>(context: CallContext, work: () => R): R => calls.run(context, work);

/** Throws UNAUTHENTICATED or TOKEN_EXPIRED. */
export function requirePrincipal(): Principal {
  const call = currentCall();
  if (call?.principal) return call.principal;
  throw call?.refused ?? new DomainError('UNAUTHENTICATED', 'Send an access token: Authorization: Bearer …');
}

/** Milliseconds left of the caller's budget, undefined when there is none. Throws DEADLINE_EXCEEDED when it is gone. */
export function remainingMs(now: number = Date.now()): number | undefined {
  const deadline = currentCall()?.deadline;
  if (deadline === undefined) return undefined;
  if (deadline <= now) throw new DomainError('DEADLINE_EXCEEDED', 'The time for this request ran out');
  return deadline - now;
}
