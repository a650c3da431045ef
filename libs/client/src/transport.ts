/** The interface of the three transports, and the helpers that they share. */
import type { Ending } from './reconnect-policy.ts';
import type { Command, FeedEvent, EphemeralEvent, ServerError, ServerMessage } from './messages.ts';
import type { Subscription } from './subscription.ts';

/** A WebSocket of a browser, of Node, or of the package `ws`. */
export interface SocketLike {
  readonly readyState: number;
  send(data: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: 'open' | 'message' | 'close' | 'error', listener: (event: SocketEvent) => void): void;
}

interface SocketEvent {
  type: string;
  data?: unknown;
  code?: number;
}

/** Browsers cannot set headers on a WebSocket: there a ticket in the URL identifies the client. */
export type Connect = (url: string, protocols: string[], headers: Record<string, string>) => SocketLike;

export type Fetch = (
  url: string,
  init: { method?: 'POST'; headers: Record<string, string>; body?: string; signal: AbortSignal },
) => Promise<Response>;

/** Timeouts in ms. */
export interface Timeouts {
  /** From the first byte sent until the connection is open. */
  openMs: number;
  /** Interval of the pings over a WebSocket; after three without an answer it is closed. */
  pingMs: number;
  /** An event stream that is silent for this long is closed; the server sends a comment every 30 s. */
  silenceMs: number;
  /** How long the server may wait in a long poll. */
  waitMs: number;
}

/** All that a transport needs to open a connection. */
export interface ConnectionContext {
  /** The base URL of one replica. */
  url: string;
  token: string | undefined;
  /** Single-use: the first connection consumes it. */
  ticket: string | undefined;
  /** Returns a newer token than the current one. */
  renewed(): Promise<string | undefined>;
  connect: Connect;
  fetch: Fetch;
  timeouts: Timeouts;
  subscriptions: ReadonlyMap<string, Subscription>;
}

/** The callbacks of a connection. */
export interface ConnectionListener {
  /** Every event after the cursors arrives from now on. */
  opened(): void;
  /** A message that belongs to no subscription. */
  message(message: ServerMessage): void;
  /** The server refused this subscription. */
  refused(subscription: Subscription): void;
}

export interface Connection {
  /** Resolves when the connection is over, for any reason; never rejects. */
  readonly ended: Promise<Ending>;
  /** Returns false when this transport cannot send commands, or not now. */
  send(command: Command): boolean;
  add(subscription: Subscription): void;
  remove(subscription: Subscription): void;
  close(): void;
}

export type Transport = (context: ConnectionContext, listener: ConnectionListener) => Connection;

export const eventsUrl = (base: string, query: Record<string, string | undefined> = {}): string => {
  const url = new URL(base.includes('/v1/events') ? base : `${base.replace(/\/$/, '')}/v1/events`);
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
};

export const bearer = (token: string | undefined): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

/** Delivers an event of either kind. */
export function deliver(event: FeedEvent | EphemeralEvent, subscription: Subscription | undefined): void {
  if ('seq' in event && 'id' in event) subscription?.event(event);
  else subscription?.ephemeral(event);
}

/** Codes after which new credentials may help. */
export const isAboutCredentials = (code: string): boolean => code === 'UNAUTHENTICATED' || code === 'TOKEN_EXPIRED';

const final = new Set(['FORBIDDEN', 'VALIDATION_FAILED', 'CURSOR_INVALID', 'NOT_ACCEPTABLE', 'ROUTE_NOT_FOUND']);

/** Codes that the same request would get again. */
export const isFinal = (code: string): boolean => final.has(code);

/** The problem of an error response; without a problem document it is built from the status. */
export async function problemOf(response: Response): Promise<ServerError> {
  const text = await response.text().catch(() => '');
  try {
    const { code, detail, title } = JSON.parse(text) as { code?: string; detail?: string; title?: string };
    if (code !== undefined) return { code, message: detail ?? title ?? code };
  } catch {
    // A proxy's page.
  }
  return { code: `HTTP_${response.status}`, message: text.slice(0, 300) };
}
