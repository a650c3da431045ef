/** `GET /v1/events` as a stream of server-sent events; goes on by Last-Event-ID. */
import type { FeedEvent, PassingEvent, ServerMessage } from './messages.ts';
import { SseParser, type ServerSentEvent } from './sse-parser.ts';
import { Refusal, StreamsConnection, type Stream } from './streams.connection.ts';
import { bearer, deliver, eventsUrl, type Transport } from './transport.ts';

export const sse: Transport = (opening, hearing) => new StreamsConnection(opening, hearing, listen, true);

async function listen(stream: Stream): Promise<void> {
  const silence = new Silence(stream.opening.patience.openMs);
  try {
    const response = await open(stream, AbortSignal.any([stream.signal, silence.signal]));
    if (response.status !== 200 || !response.body) throw await Refusal.of(response);
    await read(response.body, stream, silence);
  } finally {
    silence.end();
  }
}

function open({ opening, subscription, mayTalk }: Stream, signal: AbortSignal): Promise<Response> {
  const { channel, types, cursor, snapshot } = subscription.question();
  const query = { channel, types: types?.join(), snapshot: snapshot && 'true', talk: mayTalk ? 'true' : undefined };
  const headers = {
    ...bearer(opening.token),
    accept: 'text/event-stream',
    ...(cursor !== undefined && { 'last-event-id': cursor }),
  };
  return opening.fetch(eventsUrl(opening.url, query), { headers, signal });
}

/** Open from the first frame on, not from the head: a proxy that holds back what it gets lets the head through. */
async function read(body: ReadableStream<Uint8Array>, stream: Stream, silence: Silence): Promise<void> {
  const parser = new SseParser();
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let retry: number | undefined;
  for (;;) {
    const { done, value } = await reader.read();
    if (done || stream.signal.aborted) return;
    silence.restart(stream.opening.patience.silenceMs);
    for (const event of parser.push(decoder.decode(value, { stream: true }))) if (take(event, stream)) return;
    if (parser.lastId === '' && parser.retry === undefined) continue;
    if (parser.lastId !== '') stream.subscription.place(parser.lastId);
    stream.opened();
    // The first one is how long a client without better manners waits after a loss; another is said only in a goodbye.
    if (retry !== undefined && parser.retry !== retry) stream.goodbye(parser.retry ?? 0);
    retry = parser.retry;
  }
}

/** True when the stream is of no use any more. */
function take({ event, data }: ServerSentEvent, stream: Stream): boolean {
  const { subscription } = stream;
  switch (event) {
    case 'expired':
      return true;
    case 'reset':
      return subscription.reset((JSON.parse(data) as { cursor: string }).cursor);
    case 'snapshot': {
      const { cursor, events } = JSON.parse(data) as { cursor: string; events: FeedEvent[] };
      subscription.snapshot(cursor, events);
      return false;
    }
    case 'peer':
      stream.named((JSON.parse(data) as { peer: string }).peer);
      return false;
    case 'said':
      stream.said(JSON.parse(data) as ServerMessage);
      return false;
    default:
      deliver(JSON.parse(data) as FeedEvent | PassingEvent, subscription);
      return false;
  }
}

/** Aborts when nothing was heard for a while. */
class Silence {
  readonly #late = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ms: number) {
    this.restart(ms);
  }

  get signal(): AbortSignal {
    return this.#late.signal;
  }

  restart(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#late.abort(new Error(`silent for ${ms} ms`)), ms);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#late.abort();
  }
}
