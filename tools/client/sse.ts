/** `GET /v1/events` as a stream of server-sent events; goes on by Last-Event-ID. */
import { SseParser } from './sse-parser.ts';
import { bearer, deliver, eventsUrl, type Connection, type FeedEvent, type Sink } from './transport.ts';

export async function sse(to: Connection, sink: Sink, signal: AbortSignal): Promise<void> {
  const response = await fetch(eventsUrl(to.url), {
    headers: {
      ...bearer(to.token),
      accept: 'text/event-stream',
      ...(to.cursor !== undefined && { 'last-event-id': to.cursor }),
    },
    signal,
  });
  if (response.status !== 200 || !response.body) throw new Error(`${response.status} ${await response.text()}`);
  sink.opened();
  const parser = new SseParser();
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    for (const { event, data } of parser.push(chunk)) {
      if (event === 'reset') sink.reset();
      else deliver(JSON.parse(data) as FeedEvent, sink);
    }
    if (parser.lastId !== '') sink.cursor(parser.lastId);
  }
}
