/** `GET /v1/events` as WebSocket: subscribe to the own channel, then one JSON message per event. */
import { WebSocket, type RawData } from 'ws';
import { bearer, deliver, eventsUrl, type Connection, type FeedEvent, type Sink } from './transport.ts';

interface Message {
  type: string;
  event?: FeedEvent;
  cursor?: string;
  message?: string;
  code?: string;
}

export function subscribe(socket: WebSocket, channel: string, cursor: string | undefined): void {
  socket.send(JSON.stringify({ type: 'subscribe', channel, ...(cursor !== undefined && { cursor }) }));
}

function read(message: Message, sink: Sink): void {
  if (message.type === 'subscribed') {
    if (message.cursor !== undefined) sink.cursor(message.cursor);
    sink.opened();
  } else if (message.type === 'event' && message.event) deliver(message.event, sink);
  else if (message.type === 'reset') sink.reset();
  else if (message.type === 'error') throw new Error(`the server says ${JSON.stringify(message)}`);
}

export const textOf = (data: RawData): string => (Array.isArray(data) ? Buffer.concat(data) : data).toString();

export function websocket(to: Connection, sink: Sink, signal: AbortSignal): Promise<void> {
  const address = eventsUrl(to.url).replace(/^http/, 'ws');
  const socket = new WebSocket(address, 'halftone.v1.json', { headers: bearer(to.token), handshakeTimeout: 5000 });
  return new Promise((ended, failed) => {
    const stop = () => socket.terminate();
    signal.addEventListener('abort', stop, { once: true });
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
      signal.removeEventListener('abort', stop);
      ended();
    });
  });
}
