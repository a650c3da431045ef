/** `GET /v1/events` as a stream of server-sent events; continues with Last-Event-ID. */
import type { FeedEvent, EphemeralEvent, ServerMessage } from './messages.ts';
import { SseParser, type ServerSentEvent } from './sse-parser.ts';
import { Refusal, StreamsConnection, type Stream } from './streams-connection.ts';
import { bearer, deliver, eventsUrl, type Transport } from './transport.ts';

export const sse: Transport = (context, listener) => new StreamsConnection(context, listener, listen, true);

async function listen(stream: Stream): Promise<void> {
  const silence = new SilenceTimeout(stream.context.timeouts.openMs);
  try {
    const response = await open(stream, AbortSignal.any([stream.signal, silence.signal]));
    if (response.status !== 200 || !response.body) throw await Refusal.of(response);
    await read(response.body, stream, silence);
  } finally {
    silence.end();
  }
}

function open({ context, subscription, mayTalk }: Stream, signal: AbortSignal): Promise<Response> {
  const { channel, types, cursor, snapshot } = subscription.request();
  const query = { channel, types: types?.join(), snapshot: snapshot && 'true', talk: mayTalk ? 'true' : undefined };
  const headers = {
    ...bearer(context.token),
    accept: 'text/event-stream',
    ...(cursor !== undefined && { 'last-event-id': cursor }),
  };
  return context.fetch(eventsUrl(context.url, query), { headers, signal });
}

/**
 * The connection counts as open from the first frame, not from the headers: a buffering proxy lets the headers
 * through.
 */
async function read(body: ReadableStream<Uint8Array>, stream: Stream, silence: SilenceTimeout): Promise<void> {
  const parser = new SseParser();
  const decoder = new TextDecoder();
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done || stream.signal.aborted) return;
    silence.restart(stream.context.timeouts.silenceMs);
    for (const event of parser.push(decoder.decode(value, { stream: true }))) if (receive(event, stream)) return;
    if (parser.lastId === '' && parser.retry === undefined) continue;
    if (parser.lastId !== '') stream.subscription.moveTo(parser.lastId);
    stream.opened();
  }
}

/** Returns true when the stream must end. */
function receive({ event, data }: ServerSentEvent, stream: Stream): boolean {
  const { subscription } = stream;
  switch (event) {
    case 'expired':
      return true;
    case 'reset':
      return subscription.reset((JSON.parse(data) as { cursor: string }).cursor);
    case 'goodbye':
      stream.goodbye((JSON.parse(data) as { reconnectInMs: number }).reconnectInMs);
      return false;
    case 'snapshot': {
      const { cursor, events } = JSON.parse(data) as { cursor: string; events: FeedEvent[] };
      subscription.snapshot(cursor, events);
      return false;
    }
    case 'peer':
      stream.setPeer((JSON.parse(data) as { peer: string }).peer);
      return false;
    case 'said':
      stream.message(JSON.parse(data) as ServerMessage);
      return false;
    default:
      deliver(JSON.parse(data) as FeedEvent | EphemeralEvent, subscription);
      return false;
  }
}

/** Aborts when nothing was received for a while. */
class SilenceTimeout {
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
