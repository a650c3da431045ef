/** Server-sent events from chunks of text, as https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing says. */
export interface ServerSentEvent {
  /** The last id seen so far: it sticks until another one comes. */
  id: string;
  event: string;
  data: string;
}

/** Feed it chunks cut anywhere; it gives the events that each completes. An event the stream ends in is dropped. */
export class SseParser {
  #rest = '';
  #lastId = '';
  #retry: number | undefined;
  #event = '';
  #data: string[] = [];

  /** Where to go on from; also set by an id that came without data. */
  get lastId(): string {
    return this.#lastId;
  }

  /** Milliseconds the server asked for last before a reconnection. */
  get retry(): number | undefined {
    return this.#retry;
  }

  push(chunk: string): ServerSentEvent[] {
    const text = this.#rest + chunk;
    // A carriage return at the end may be half of a line end: keep it for the next chunk.
    const held = text.endsWith('\r') ? '\r' : '';
    const lines = text.slice(0, text.length - held.length).split(/\r\n|\n|\r/);
    this.#rest = (lines.pop() ?? '') + held;
    return lines.flatMap((line) => this.#line(line));
  }

  #line(line: string): ServerSentEvent[] {
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') this.#data.push(value);
    if (field === 'event') this.#event = value;
    if (field === 'retry' && /^\d+$/.test(value)) this.#retry = Number(value);
    if (field === 'id' && !value.includes('\0')) this.#lastId = value;
    return [];
  }

  #dispatch(): ServerSentEvent[] {
    const [event, data] = [this.#event || 'message', this.#data];
    this.#event = '';
    this.#data = [];
    return data.length > 0 ? [{ id: this.#lastId, event, data: data.join('\n') }] : [];
  }
}
