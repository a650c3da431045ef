/** The feed to WebSocket clients, each on one channel. */
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

const keyMark = Buffer.from('"key":"');
const quote = '"'.charCodeAt(0);

/** Without parsing the rest. */
function channelIn(value: Buffer): string {
  const from = value.indexOf(keyMark) + keyMark.length;
  return value.toString('latin1', from, value.indexOf(quote, from));
}

export class Fanout {
  readonly #clients = new Map<string, Set<WebSocket>>();

  /** Resolves with its port. */
  listen(): Promise<number> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
    server.on('connection', (client, { url = '' }) => {
      const channel = new URL(url, 'http://localhost').searchParams.get('channel') ?? '';
      const clients = this.#clients.get(channel) ?? new Set();
      this.#clients.set(channel, clients.add(client));
      client.on('close', () => clients.delete(client));
    });
    return new Promise((resolve) => {
      server.once('listening', () => resolve((server.address() as AddressInfo).port));
    });
  }

  async send(values: readonly Buffer[]): Promise<void> {
    for (const value of values) {
      for (const client of this.#clients.get(channelIn(value)) ?? []) client.send(value, { binary: false });
    }
  }
}
