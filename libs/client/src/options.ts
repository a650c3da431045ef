/** The options of a client and their defaults. */
import type { BackoffLimits } from './backoff.ts';
import type { StringStorage } from './cursor-storage.ts';
import type { TransportName } from './reconnect-policy.ts';
import type { Connect, Fetch, SocketLike, Timeouts } from './transport.ts';

export interface RealtimeOptions {
  /** Base URLs of the replicas, or of the proxy in front of them. */
  urls: readonly string[];
  /** In order of preference. */
  transports?: readonly TransportName[];
  /** Returns an access token; a newer one than before when `fresh`; undefined for an anonymous client. */
  token?: (how: { fresh: boolean }) => Promise<string | undefined>;
  /** Returns a single-use ticket for each WebSocket, because browsers cannot send a token with it. */
  ticket?: () => Promise<string>;
  /** Where cursors are stored: `sessionStorage` survives a page refresh. */
  storage?: StringStorage;
  backoff?: Partial<BackoffLimits>;
  timeouts?: Partial<Timeouts>;
  /** Replacements for the `WebSocket` and `fetch` of the environment. */
  connect?: Connect;
  fetch?: Fetch;
  /** The index of the first address; random by default. */
  startAt?: number;
}

export const defaultBackoff: BackoffLimits = { baseMs: 500, capMs: 30_000 };
export const defaultTimeouts: Timeouts = { openMs: 5_000, pingMs: 15_000, silenceMs: 75_000, waitMs: 25_000 };

export const openRequest: Fetch = (url, init) => fetch(url, { ...init, cache: 'no-store' });

/** Node's WebSocket accepts headers. A browser's does not: there a ticket identifies the client. */
export const openSocket: Connect = (url, protocols, headers) => {
  const needsHeaders = Object.keys(headers).length > 0;
  const Constructor = WebSocket as unknown as new (url: string, options: unknown) => SocketLike;
  return new Constructor(url, needsHeaders ? { protocols, headers } : protocols);
};
