/** What the three ways of listening have in common. */
import type { Ending } from './itinerary.ts';
import type { Command, FeedEvent, PassingEvent, ServerError, ServerMessage } from './messages.ts';
import type { Subscription } from './subscription.ts';

/** A WebSocket of a browser, of Node, of the package `ws`. */
export interface SocketLike {
  readonly readyState: number;
  send(data: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: 'open' | 'message' | 'close' | 'error', listener: (event: SocketEvent) => void): void;
}

export interface SocketEvent {
  type: string;
  data?: unknown;
  code?: number;
}

/** Browsers can set no headers on a WebSocket: there, a ticket in the URL says who it is. */
export type Connect = (url: string, protocols: string[], headers: Record<string, string>) => SocketLike;

export type Fetch = (
  url: string,
  init: { method?: 'POST'; headers: Record<string, string>; body?: string; signal: AbortSignal },
) => Promise<Response>;

/** How long silence is borne, in ms. */
export interface Patience {
  /** From the first byte sent until the server can deliver. */
  openMs: number;
  /** Between two pings over a WebSocket; one that answers three of them with silence is given up. */
  pingMs: number;
  /** An event stream silent for this long is given up; the server sends a comment every 30 s. */
  silenceMs: number;
  /** How long a long poll asks the server to wait. */
  waitMs: number;
}

/** Who asks, and how the network is reached. */
export interface Opening {
  /** Base address of one replica. */
  url: string;
  token: string | undefined;
  /** Spent by the first connection. */
  ticket: string | undefined;
  /** A token that is newer than the one in use. */
  renewed(): Promise<string | undefined>;
  connect: Connect;
  fetch: Fetch;
  patience: Patience;
  subscriptions: ReadonlyMap<string, Subscription>;
}

/** What a connection tells. */
export interface Hearing {
  /** Everything after the cursors arrives from here on. */
  opened(): void;
  /** A message that is no subscription's. */
  message(message: ServerMessage): void;
  /** The server will not have this subscription. */
  refused(subscription: Subscription): void;
}

export interface Connection {
  /** Resolves when it is over, for whatever reason; it never rejects. */
  readonly ended: Promise<Ending>;
  /** False when this transport, or this moment, has no way to say it. */
  send(command: Command): boolean;
  add(subscription: Subscription): void;
  remove(subscription: Subscription): void;
  close(): void;
}

export type Transport = (opening: Opening, hearing: Hearing) => Connection;

export const eventsUrl = (base: string, query: Record<string, string | undefined> = {}): string => {
  const url = new URL(base.includes('/v1/events') ? base : `${base.replace(/\/$/, '')}/v1/events`);
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
};

export const bearer = (token: string | undefined): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

/** Either of the two kinds. */
export function deliver(event: FeedEvent | PassingEvent, subscription: Subscription | undefined): void {
  if ('seq' in event && 'id' in event) subscription?.event(event);
  else subscription?.passing(event);
}

/** Codes after which other credentials may do. */
export const isAboutCredentials = (code: string): boolean => code === 'UNAUTHENTICATED' || code === 'TOKEN_EXPIRED';

const final = new Set(['FORBIDDEN', 'VALIDATION_FAILED', 'CURSOR_INVALID', 'NOT_ACCEPTABLE', 'ROUTE_NOT_FOUND']);

/** Codes that the same question gets again, however often it is asked. */
export const isFinal = (code: string): boolean => final.has(code);

/** What a refusal over HTTP says; anything that is no problem document is said by its status. */
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
