import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TransportName } from '@halftone/client';
import { WebSocketServer } from 'ws';
import { Listener } from './listener.ts';
import { Session } from './session.ts';

/** One replica at one address. It sends a new event to each client, can say goodbye, and can refuse connections. */
class Replica {
  readonly server: Server = createServer((request, response) => this.#answer(request, response));
  readonly cursors: string[] = [];
  url = '';
  away = false;
  #sockets = new Set<Socket>();
  #streams: ((goodbyeMs: number) => void)[] = [];
  #seq = 0;

  async listen(): Promise<void> {
    const webSockets = new WebSocketServer({ noServer: true });
    this.server.on('connection', (socket) => this.#sockets.add(socket));
    this.server.on('upgrade', (request, socket, head) => {
      if (this.away) return void socket.destroy();
      webSockets.handleUpgrade(request, socket, head, (client) => {
        client.on('message', (data) => {
          this.cursors.push((JSON.parse(String(data)) as { cursor: string }).cursor);
          client.send(JSON.stringify({ type: 'subscribed', channel: 'me', cursor: 'start' }));
          client.send(JSON.stringify({ type: 'event', event: this.#event() }));
        });
        this.#streams.push((reconnectInMs) => {
          client.send(JSON.stringify({ type: 'goodbye', reconnectInMs }));
          client.close(1001);
        });
      });
    });
    await new Promise<void>((listening) => this.server.listen(0, '127.0.0.1', listening));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  #event() {
    this.#seq += 1;
    return { id: `id-${this.#seq}`, seq: this.#seq, channel: 'c', type: 't', subject: 's', time: '', data: {} };
  }

  #answer({ url = '', headers }: IncomingMessage, response: ServerResponse): void {
    if (url === '/v1/tokens') return void response.end(JSON.stringify({ accessToken: 'token', expiresIn: 900 }));
    if (this.away) return void response.writeHead(503).end();
    this.cursors.push(String(headers['last-event-id']));
    const event = this.#event();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`retry: 2000\nid: start\n\nid: ${event.id}\ndata: ${JSON.stringify(event)}\n\n`);
    this.#streams.push((reconnectInMs) =>
      response.end(`event: goodbye\ndata: ${JSON.stringify({ reconnectInMs })}\n\n`),
    );
  }

  sayGoodbye(reconnectInMs: number): void {
    for (const end of this.#streams.splice(0)) end(reconnectInMs);
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#streams = [];
  }

  close(): void {
    this.cut();
    this.server.close();
  }
}

let replica: Replica;
let listener: Listener;
const listen = async (transport: TransportName) => {
  const session = new Session(replica.url, 'alice', 'x');
  listener = await Listener.start({ session, urls: [replica.url], transport, cursor: 'start' });
  await listener.waitFor('the first event', ({ seq }) => seq === 1, 2_000);
};
const back = () => listener.waitFor('the second event', ({ seq }) => seq === 2, 3_000);
const lastCut = () => {
  const { announced, at = 0, backAt = Infinity } = listener.cuts.at(-1) ?? {};
  return { announced, backMs: backAt - at };
};

beforeEach(async () => {
  replica = new Replica();
  await replica.listen();
});
afterEach(async () => {
  await listener.close();
  replica.close();
});

describe.each(['websocket', 'sse'] as const)('over %s, with one address to go to', (transport) => {
  test('after a goodbye the client reconnects in the given time and continues after the last event', async () => {
    await listen(transport);
    replica.sayGoodbye(150);
    await back();
    expect(lastCut().announced).toBe(true);
    expect(lastCut().backMs).toBeGreaterThanOrEqual(140);
    expect(replica.cursors).toEqual(['start', 'id-1']);
  });

  test('a lost connection is replaced immediately', async () => {
    await listen(transport);
    replica.cut();
    await back();
    expect(lastCut().announced).toBe(false);
  });

  test('an address that refuses for a while is tried often, so that the client is back soon', async () => {
    await listen(transport);
    replica.away = true;
    replica.cut();
    await sleep(1_000);
    replica.away = false;
    await back();
    expect(lastCut().backMs).toBeGreaterThanOrEqual(900);
  });
});
