/** Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). Fields must not have line breaks. */
export interface SseFields {
  /** Becomes the client's Last-Event-ID. */
  id?: string | undefined;
  event?: string;
  data?: string;
  /** Milliseconds a client waits before it reconnects. */
  retry?: number;
}

/** A frame without data dispatches no event at the client, but its id and retry take effect. */
export function sseFrame({ retry, id, event, data }: SseFields): Buffer {
  const lines = Object.entries({ retry, id, event, data }).filter(([, value]) => value !== undefined);
  return Buffer.from(`${lines.map(([name, value]) => `${name}: ${value}\n`).join('')}\n`);
}

/** Keeps proxies from closing an idle stream, and detects disconnected clients. */
export const sseComment = Buffer.from(':\n\n');
