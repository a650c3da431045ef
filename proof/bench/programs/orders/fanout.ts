/** The feed to WebSocket clients, each on one channel. */
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

const keyMark = Buffer.from('"key":"');
const quote = '"'.charCodeAt(0);

/** Without parsing the rest. */
function channelIn(value: Buffer): string {
  const from = value.indexOf(keyMark) + keyMark.length;
  return value.toString('latin1', from, value.indexOf(quote, from));
}

interface Client {
  webSocket: WebSocket;
  socket: Socket;
}

export class Fanout {
  readonly #clients = new Map<string, Set<Client>>();

  /** Resolves with its port. */
  listen(): Promise<number> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
    server.on('connection', (webSocket, { url = '', socket }) => {
      const channel = new URL(url, 'http://localhost').searchParams.get('channel') ?? '';
      const clients = this.#clients.get(channel) ?? new Set();
      const client = { webSocket, socket };
      this.#clients.set(channel, clients.add(client));
      webSocket.on('close', () => clients.delete(client));
    });
    return new Promise((resolve) => {
      server.once('listening', () => resolve((server.address() as AddressInfo).port));
    });
  }

  /** What a client receives of a batch is one write. */
  async send(values: readonly Buffer[]): Promise<void> {
    const corked = new Set<Socket>();
    for (const value of values) {
      for (const { webSocket, socket } of this.#clients.get(channelIn(value)) ?? []) {
        if (!corked.has(socket)) socket.cork();
        corked.add(socket);
        webSocket.send(value, { binary: false });
      }
    }
    for (const socket of corked) socket.uncork();
  }
}
