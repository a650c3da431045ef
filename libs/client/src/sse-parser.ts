/**
 * Parses server-sent events from chunks of text
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing).
 */
export interface ServerSentEvent {
  /** The last id so far: it is kept until another one comes. */
  id: string;
  event: string;
  data: string;
}

/**
 * `push` takes chunks split anywhere and returns the events that they complete. An incomplete event at the end is
 * dropped.
 */
export class SseParser {
  #rest = '';
  #lastId = '';
  #retry: number | undefined;
  #event = '';
  #data: string[] = [];

  /** The id to continue from; also set by an id without data. */
  get lastId(): string {
    return this.#lastId;
  }

  /** The reconnect delay in milliseconds that the server sent last. */
  get retry(): number | undefined {
    return this.#retry;
  }

  push(chunk: string): ServerSentEvent[] {
    const text = this.#rest + chunk;
    // A final carriage return may be half of a line end: keep it for the next chunk.
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
