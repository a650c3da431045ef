/** Repeats `GET /v1/events?wait=`: each response has the cursor for the next request. */
import type { FeedEvent } from './messages.ts';
import { Refusal, StreamsConnection, type Stream } from './streams-connection.ts';
import type { SubscribeRequest, Subscription } from './subscription.ts';
import { bearer, deliver, eventsUrl, type Fetch, type Transport } from './transport.ts';

export interface Page {
  events: FeedEvent[];
  cursor: string;
  /** Events before this page may be missing. */
  reset?: boolean;
  /** The events are the current state. */
  snapshot?: boolean;
}

/** One poll. */
export interface PollRequest {
  url: string;
  token: string | undefined;
  subscribe?: Partial<SubscribeRequest>;
  /** Seconds the server may wait for the first event; without it, it responds immediately. */
  wait?: number;
  signal: AbortSignal;
}

/**
 * Sends one poll. Returns undefined when there was nothing new in that time (204). Rejects with a `Refusal` for any
 * other status.
 */
export async function poll(fetch: Fetch, request: PollRequest): Promise<Page | undefined> {
  const { url, token, subscribe: { channel, types, cursor, snapshot } = {}, wait, signal } = request;
  const query = { channel, types: types?.join(), cursor, snapshot: snapshot && 'true', wait: wait?.toString() };
  const headers = { ...bearer(token), accept: 'application/json' };
  const response = await fetch(eventsUrl(url, query), { headers, signal });
  if (response.status === 204) return undefined;
  if (response.status !== 200) throw await Refusal.of(response);
  return (await response.json()) as Page;
}

export const longPoll: Transport = (context, listener) => new StreamsConnection(context, listener, listen);

/** The first poll does not wait: its response shows that this transport works. */
async function listen(stream: Stream): Promise<void> {
  const { subscription, context, signal } = stream;
  const { url, token, timeouts } = context;
  for (let wait = 0; !signal.aborted; wait = Math.max(1, Math.round(timeouts.waitMs / 1_000))) {
    const late = AbortSignal.any([signal, AbortSignal.timeout(timeouts.openMs + wait * 1_000)]);
    const subscribe = subscription.request();
    const page = await poll(context.fetch, { url, token, subscribe, signal: late, ...(wait > 0 && { wait }) });
    if (signal.aborted) return;
    if (page) receive(page, subscription);
    stream.opened();
  }
}

function receive(page: Page, subscription: Subscription): void {
  if (page.snapshot) return subscription.snapshot(page.cursor, page.events);
  // When the reset leads to a new snapshot, the events of this page are not needed.
  if (page.reset && subscription.reset(page.cursor)) return;
  for (const event of page.events) deliver(event, subscription);
  subscription.moveTo(page.cursor);
}
