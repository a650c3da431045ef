/** `GET /v1/events?wait=` again and again: each answer has the cursor of the next question. */
import type { FeedEvent } from './messages.ts';
import { Refusal, StreamsConnection, type Stream } from './streams.connection.ts';
import type { Question, Subscription } from './subscription.ts';
import { bearer, deliver, eventsUrl, type Fetch, type Transport } from './transport.ts';

export interface Page {
  events: FeedEvent[];
  cursor: string;
  /** Events before this page may be missing. */
  reset?: boolean;
  /** The events are what is true now. */
  snapshot?: boolean;
}

/** Who asks whom, and what for. */
export interface PollRequest {
  url: string;
  token: string | undefined;
  question?: Partial<Question>;
  /** Seconds the server may wait for the first event; without it, it answers at once. */
  wait?: number;
  signal: AbortSignal;
}

/** One poll; undefined when there was nothing new in that time (204). Rejects with a `Refusal` for any other answer. */
export async function poll(fetch: Fetch, request: PollRequest): Promise<Page | undefined> {
  const { url, token, question: { channel, types, cursor, snapshot } = {}, wait, signal } = request;
  const query = { channel, types: types?.join(), cursor, snapshot: snapshot && 'true', wait: wait?.toString() };
  const headers = { ...bearer(token), accept: 'application/json' };
  const response = await fetch(eventsUrl(url, query), { headers, signal });
  if (response.status === 204) return undefined;
  if (response.status !== 200) throw await Refusal.of(response);
  return (await response.json()) as Page;
}

export const longPoll: Transport = (opening, hearing) => new StreamsConnection(opening, hearing, listen);

/** The first poll does not wait: its answer shows that this way works. */
async function listen(stream: Stream): Promise<void> {
  const { subscription, opening, signal } = stream;
  const { url, token, patience } = opening;
  for (let wait = 0; !signal.aborted; wait = Math.max(1, Math.round(patience.waitMs / 1_000))) {
    const late = AbortSignal.any([signal, AbortSignal.timeout(patience.openMs + wait * 1_000)]);
    const question = subscription.question();
    const page = await poll(opening.fetch, { url, token, question, signal: late, ...(wait > 0 && { wait }) });
    if (signal.aborted) return;
    if (page) take(page, subscription);
    stream.opened();
  }
}

function take(page: Page, subscription: Subscription): void {
  if (page.snapshot) return subscription.snapshot(page.cursor, page.events);
  // When the reset leads to a new snapshot, what this page has is of no use.
  if (page.reset && subscription.reset(page.cursor)) return;
  for (const event of page.events) deliver(event, subscription);
  subscription.place(page.cursor);
}
