/** `GET /v1/events` as WebSocket: subscribe to the own channel, then one JSON message per event. */
import { WebSocket, type RawData } from 'ws';
import { bearer, deliver, eventsUrl, type Connection, type FeedEvent, type Sink } from './transport.ts';

interface Message {
  type: string;
  event?: FeedEvent;
  cursor?: string;
  message?: string;
  code?: string;
  reconnectInMs?: number;
}

/** A replica that does not answer in this time is given up for another. */
const handshakeMs = 1_500;
/** A server that vanished without closing is noticed by its silence. */
const pingEveryMs = 1_000;
const silentPings = 3;

export function subscribe(socket: WebSocket, channel: string, cursor: string | undefined): void {
  socket.send(JSON.stringify({ type: 'subscribe', channel, ...(cursor !== undefined && { cursor }) }));
}

function read(message: Message, sink: Sink): void {
  if (message.type === 'subscribed') {
    if (message.cursor !== undefined) sink.cursor(message.cursor);
    sink.opened();
  } else if (message.type === 'event' && message.event) deliver(message.event, sink);
  else if (message.type === 'reset') sink.reset();
  else if (message.type === 'goodbye') sink.goodbye(message.reconnectInMs ?? 0);
  else if (message.type === 'error') throw new Error(`the server says ${JSON.stringify(message)}`);
}

export const textOf = (data: RawData): string => (Array.isArray(data) ? Buffer.concat(data) : data).toString();

/** Ends a connection over which nothing came for a few pings; call the answer to stop watching. */
function endWhenSilent(socket: WebSocket): () => void {
  let unanswered = 0;
  const heard = () => (unanswered = 0);
  for (const event of ['open', 'message', 'ping', 'pong'] as const) socket.on(event, heard);
  const timer = setInterval(() => {
    if (socket.readyState !== WebSocket.OPEN) return;
    if (unanswered++ >= silentPings) socket.terminate();
    else socket.ping();
  }, pingEveryMs);
  return () => clearInterval(timer);
}

export function websocket(to: Connection, sink: Sink, signal: AbortSignal): Promise<void> {
  const address = eventsUrl(to.url).replace(/^http/, 'ws');
  const socket = new WebSocket(address, 'halftone.v1.json', {
    headers: bearer(to.token),
    handshakeTimeout: handshakeMs,
  });
  return new Promise((ended, failed) => {
    const stop = () => socket.terminate();
    signal.addEventListener('abort', stop, { once: true });
    const unwatch = endWhenSilent(socket);
    socket.on('open', () => subscribe(socket, 'me', to.cursor));
    socket.on('message', (data) => {
      try {
        read(JSON.parse(textOf(data)) as Message, sink);
      } catch (error) {
        failed(error instanceof Error ? error : new Error(String(error)));
        stop();
      }
    });
    socket.on('error', failed);
    socket.on('close', () => {
      unwatch();
      signal.removeEventListener('abort', stop);
      ended();
    });
  });
}
