/** `GET /v1/events` as a stream of server-sent events; goes on by Last-Event-ID. */
import { SseParser } from './sse-parser.ts';
import { bearer, deliver, eventsUrl, type Connection, type FeedEvent, type Sink } from './transport.ts';

/** A replica that does not begin to answer in this time is given up for another. */
const answerMs = 1_500;

async function open(to: Connection, signal: AbortSignal): Promise<Response> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error(`no answer within ${answerMs} ms`)), answerMs);
  const headers = {
    ...bearer(to.token),
    accept: 'text/event-stream',
    ...(to.cursor !== undefined && { 'last-event-id': to.cursor }),
  };
  try {
    return await fetch(eventsUrl(to.url), { headers, signal: AbortSignal.any([signal, late.signal]) });
  } finally {
    clearTimeout(timer);
  }
}

export async function sse(to: Connection, sink: Sink, signal: AbortSignal): Promise<void> {
  const response = await open(to, signal);
  if (response.status !== 200 || !response.body) throw new Error(`${response.status} ${await response.text()}`);
  sink.opened();
  const parser = new SseParser();
  let { retry } = parser;
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    for (const { event, data } of parser.push(chunk)) {
      if (event === 'reset') sink.reset();
      else deliver(JSON.parse(data) as FeedEvent, sink);
    }
    if (parser.lastId !== '') sink.cursor(parser.lastId);
    // The first one is how long to wait after a loss; another is said only in a goodbye.
    if (retry !== undefined && parser.retry !== undefined && parser.retry !== retry) sink.goodbye(parser.retry);
    retry = parser.retry;
  }
}
