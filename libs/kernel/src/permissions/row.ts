/** The shape of a row of the permission table, and the rows that many commands share. Pure data. */
import type { ErrorCode } from '../errors';

export const callerKinds = ['anonymous', 'other', 'owner', 'operator', 'saga'] as const;
export type CallerKind = (typeof callerKinds)[number];

/** `ok`, or the code of the refusal. An object that the caller may not see is answered like one that does not exist. */
export type Permit = 'ok' | ErrorCode;

/** One permit, or one per state. */
type Cell = Permit | Readonly<Record<string, Permit>>;

export interface Permission {
  /** `REST POST /v1/orders`, `gRPC halftone.orders.v1.OrdersService/PlaceOrder`, `GraphQL order`, `WebSocket cancel`, `SOAP Debit`. */
  at: readonly string[];
  /** The object that the states belong to; absent when no state matters. */
  of?: string;
  may: Readonly<Partial<Record<CallerKind, Cell>>>;
}

export const signedOut = 'UNAUTHENTICATED';
export const everybody = { anonymous: 'ok', owner: 'ok', operator: 'ok' } as const;
/** For commands about the caller's own things. */
export const signedIn = { anonymous: signedOut, owner: 'ok', operator: 'ok' } as const;
export const operatorsOnly = { anonymous: signedOut, owner: 'FORBIDDEN', operator: 'ok' } as const;
/** Owner and operators; for every other customer it does not exist. */
export const ownersAndOperators = <Code extends ErrorCode>(notFound: Code) =>
  ({ anonymous: signedOut, other: notFound, owner: 'ok', operator: 'ok' }) as const;
export const ownersOnly = <Code extends ErrorCode>(notFound: Code) =>
  ({ anonymous: signedOut, other: notFound, owner: 'ok', operator: notFound }) as const;
