/** A client that asks again and again: each answer has the cursor of the next question. */
import { sleep } from 'k6';
import http from 'k6/http';
import { bearer, type Customer } from '../shop/customer.ts';
import { lastSeqOf } from './channel.ts';
import { reconnectInMs, type Ear, type FeedEvent } from './ear.ts';

const waitSeconds = 4;
/** A replica that does not answer in time is given up. */
const timeoutMs = waitSeconds * 1_000 + 2_000;

interface Page {
  events: FeedEvent[];
  cursor: string;
  reset?: boolean;
}

/** False when there was no answer. The first question has no cursor and gets the one of now. */
function ask(ear: Ear, url: string, customer: Customer): boolean {
  const query = ear.cursor === undefined ? '' : `?wait=${waitSeconds}&cursor=${encodeURIComponent(ear.cursor)}`;
  const params = {
    headers: { ...bearer(customer), accept: 'application/json' },
    tags: { name: 'long-poll' },
    timeout: timeoutMs,
    responseType: 'text' as const,
  };
  const reply = http.get(url + query, params);
  if (reply.status === 204) ear.opened();
  if (reply.status !== 200) return reply.status === 204;
  const { events, cursor, reset } = reply.json() as unknown as Page;
  ear.opened(cursor);
  if (reset) ear.hear({ type: 'reset' });
  for (const event of events) ear.hear(event);
  ear.cursor = cursor;
  return true;
}

/** Until then, and until it has heard what was written by then. */
export function listenByLongPoll(ear: Ear, customer: Customer, untilMs: number): void {
  let url = ear.nextUrl();
  const listen = (done: () => boolean) => {
    while (!done()) {
      if (ask(ear, url, customer)) continue;
      ear.cut();
      url = ear.nextUrl();
      sleep(reconnectInMs(undefined) / 1_000);
    }
  };
  listen(() => Date.now() >= untilMs);
  const last = lastSeqOf(customer);
  const late = Date.now() + timeoutMs;
  listen(() => ear.lastSeq >= last || Date.now() > late);
  ear.mustHaveHeard(last);
}
