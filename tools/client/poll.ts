/** `GET /v1/events` as JSON: short polls answer at once, long polls wait for the next event. */
import { jsonOf, send } from './http.ts';
import { bearer, deliver, eventsUrl, type Connection, type FeedEvent, type Sink } from './transport.ts';

export interface Page {
  events: FeedEvent[];
  cursor: string;
  /** Events before this page may be missing. */
  reset?: boolean;
}

/** Beyond its wait a poll is answered in this time, or the replica is given up for another. */
const answerMs = 3_000;

/** One poll. `wait` in seconds; undefined when there was nothing new in that time (204). */
export async function poll({ url, token, cursor }: Connection, wait?: number): Promise<Page | undefined> {
  const address = eventsUrl(url, { cursor, wait: wait?.toString() });
  const headers = { ...bearer(token), accept: 'application/json' };
  const reply = await send(address, { headers, timeoutMs: answerMs + (wait ?? 0) * 1000 });
  if (reply.status === 204) return undefined;
  if (reply.status !== 200) throw new Error(`poll: ${reply.status} ${reply.text.slice(0, 300)}`);
  return jsonOf<Page>(reply);
}

/** Waits in steps of this, so that a closed listener's last request does not outlive it for long. */
const waitSeconds = 5;

export async function longPoll(to: Connection, sink: Sink, signal: AbortSignal): Promise<void> {
  let { cursor } = to;
  for (let first = true; !signal.aborted; first = false) {
    const page = await poll({ ...to, cursor }, first ? undefined : waitSeconds);
    if (first) sink.opened();
    if (!page || signal.aborted) continue;
    if (page.reset) sink.reset();
    for (const event of page.events) deliver(event, sink);
    sink.cursor((cursor = page.cursor));
  }
}
