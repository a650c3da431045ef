import { AsyncLocalStorage } from 'node:async_hooks';
import { DomainError } from '@halftone/kernel';

export interface Principal {
  customer: string;
  role: 'customer' | 'operator';
}

/** The caller, its token and the deadline of the current call. The same object for HTTP, GraphQL and gRPC. */
export interface CallContext {
  principal?: Principal;
  /** Forwarded with calls to other services. */
  token?: string;
  /** Epoch milliseconds at which the token expires. */
  expires?: number;
  /** Epoch milliseconds after which nobody waits for the answer. */
  deadline?: number;
  /** The longest wait for a database lock in a transaction; unset means until the deadline. */
  lockMs?: number;
  /** Why the token was rejected. It is thrown only where a principal is required, so public routes still answer. */
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

/** Milliseconds until the deadline; undefined without one. Throws DEADLINE_EXCEEDED after it. */
export function remainingMs(now: number = Date.now()): number | undefined {
  const deadline = currentCall()?.deadline;
  if (deadline === undefined) return undefined;
  if (deadline <= now) throw new DomainError('DEADLINE_EXCEEDED', 'The deadline of this request has passed');
  return deadline - now;
}
