/** Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). Fields hold no line break by contract. */
export interface SseFields {
  /** Becomes the client's Last-Event-ID. */
  id?: string | undefined;
  event?: string;
  data?: string;
  /** Milliseconds a client waits before it reconnects. */
  retry?: number;
}

/** A frame without data dispatches nothing at the client, yet its id and retry count. */
export function sseFrame({ retry, id, event, data }: SseFields): Buffer {
  const lines = Object.entries({ retry, id, event, data }).filter(([, value]) => value !== undefined);
  return Buffer.from(`${lines.map(([name, value]) => `${name}: ${value}\n`).join('')}\n`);
}

/** Keeps proxies from closing a quiet stream, and finds out about clients that are gone. */
export const sseComment = Buffer.from(':\n\n');
