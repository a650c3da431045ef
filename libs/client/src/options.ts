/** What a client can be told, and what it does when it is told nothing. */
import type { BackoffLimits } from './backoff.ts';
import type { StringStorage } from './cursor-storage.ts';
import type { TransportName } from './itinerary.ts';
import type { Connect, Fetch, Patience, SocketLike } from './transport.ts';

export interface RealtimeOptions {
  /** Base addresses of the replicas, or of what stands before them. */
  urls: readonly string[];
  /** In the order in which they are tried. */
  transports?: readonly TransportName[];
  /** An access token, a newer one than before when `fresh`; undefined to listen without. */
  token?: (how: { fresh: boolean }) => Promise<string | undefined>;
  /** A single-use ticket for each WebSocket: browsers can send no token with it. */
  ticket?: () => Promise<string>;
  /** Where cursors outlive this object: `sessionStorage` survives a refresh of the page. */
  storage?: StringStorage;
  backoff?: Partial<BackoffLimits>;
  patience?: Partial<Patience>;
  /** Instead of the `WebSocket` and the `fetch` of the environment. */
  connect?: Connect;
  fetch?: Fetch;
  /** Which of the addresses is first; a random one unless told. */
  startAt?: number;
}

export const defaultBackoff: BackoffLimits = { baseMs: 500, capMs: 30_000 };
export const defaultPatience: Patience = { openMs: 5_000, pingMs: 15_000, silenceMs: 75_000, waitMs: 25_000 };

export const openRequest: Fetch = (url, init) => fetch(url, { ...init, cache: 'no-store' });

/** Node's takes headers, a browser's would refuse them: there, a ticket or nothing says who it is. */
export const openSocket: Connect = (url, protocols, headers) => {
  const needsHeaders = Object.keys(headers).length > 0;
  const Constructor = WebSocket as unknown as new (url: string, options: unknown) => SocketLike;
  return new Constructor(url, needsHeaders ? { protocols, headers } : protocols);
};
