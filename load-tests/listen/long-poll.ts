/** A client that asks again and again: each answer has the cursor of the next question. */
import { sleep } from 'k6';
import http from 'k6/http';
import { bearer, type Customer } from '../shop/customer.ts';
import { lastSeqOf } from './channel.ts';
import { reconnectInMs, type FeedEvent, type Listener } from './listener.ts';

const waitSeconds = 4;
/** A replica that does not answer in time is given up. */
const timeoutMs = waitSeconds * 1_000 + 2_000;

interface Page {
  events: FeedEvent[];
  cursor: string;
  reset?: boolean;
}

/** False when there was no answer. The first question has no cursor and gets the one of now. */
function ask(listener: Listener, url: string, customer: Customer): boolean {
  const query =
    listener.cursor === undefined ? '' : `?wait=${waitSeconds}&cursor=${encodeURIComponent(listener.cursor)}`;
  const params = {
    headers: { ...bearer(customer), accept: 'application/json' },
    tags: { name: 'long-poll' },
    timeout: timeoutMs,
    responseType: 'text' as const,
  };
  const reply = http.get(url + query, params);
  if (reply.status === 204) listener.opened();
  if (reply.status !== 200) return reply.status === 204;
  const { events, cursor, reset } = reply.json() as unknown as Page;
  listener.opened(cursor);
  if (reset) listener.receive({ type: 'reset' });
  for (const event of events) listener.receive(event);
  listener.cursor = cursor;
  return true;
}

/** Polls until then, and until it has received what was written by then. */
export function listenByLongPoll(listener: Listener, customer: Customer, untilMs: number): void {
  let url = listener.nextUrl();
  const listen = (done: () => boolean) => {
    while (!done()) {
      if (ask(listener, url, customer)) continue;
      listener.cut();
      url = listener.nextUrl();
      sleep(reconnectInMs(undefined) / 1_000);
    }
  };
  listen(() => Date.now() >= untilMs);
  const last = lastSeqOf(customer);
  const late = Date.now() + timeoutMs;
  listen(() => listener.lastSeq >= last || Date.now() > late);
  listener.mustHaveReceived(last);
}
