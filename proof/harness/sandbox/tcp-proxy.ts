/**
 * A TCP proxy that can fail. It forwards bytes in order in both directions, and can delay them, hold them back,
 * or end every connection. A change applies to open connections too.
 */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export type Wire =
  | { kind: 'pass' }
  /** Open connections end, new ones are closed at once. */
  | { kind: 'cut' }
  /** Every chunk is delayed in both directions. */
  | { kind: 'delay'; ms: number }
  /** Nothing arrives and no connection ends, as when a cable is pulled. */
  | { kind: 'blackhole' };

export class TcpProxy {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #wire: Wire = { kind: 'pass' };
  #changed = Promise.withResolvers<void>();
  #target: number | undefined;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
    server.on('connection', (client) => this.#accept(client));
  }

  /** Listens on a free port of the loopback address. */
  static async listen(): Promise<TcpProxy> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return new TcpProxy(server, typeof address === 'object' && address ? address.port : 0);
  }

  /** Sets the port of the server. Before that, connections are refused. */
  connectTo(port: number): void {
    this.#target = port;
  }

  get wire(): Wire {
    return this.#wire;
  }

  set(wire: Wire): void {
    this.#wire = wire;
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
    if (wire.kind === 'cut') this.drop();
  }

  /** Resets all open connections, as a restarted router does. New connections are not affected. */
  drop(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.#server.close();
    // Ends connections that wait in a blackhole.
    this.set({ kind: 'cut' });
    if (this.#server.listening) await once(this.#server, 'close');
  }

  #accept(client: Socket): void {
    if (this.#wire.kind === 'cut' || !this.#target) {
      client.resetAndDestroy();
      return;
    }
    const server = connect({ host: '127.0.0.1', port: this.#target, allowHalfOpen: true, noDelay: true });
    this.#carry(client, server);
    this.#carry(server, client);
  }

  #carry(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.on('data', (bytes: Buffer) => {
      if (this.#wire.kind === 'pass') {
        if (!to.write(bytes)) pauseUntilDrained(from, to);
        return;
      }
      from.pause();
      void this.#permission().then(() => {
        to.write(bytes);
        from.resume();
      });
    });
    from.once('end', () => to.end());
    // The other end sees only that the connection is gone, as in a real network.
    from.once('error', () => to.destroy());
    from.once('close', () => {
      this.#sockets.delete(from);
      if (!to.writableFinished) to.destroy();
    });
  }

  /** Resolves when received bytes may be forwarded. */
  async #permission(): Promise<void> {
    while (this.#wire.kind === 'blackhole') await this.#changed.promise;
    if (this.#wire.kind === 'delay') await sleep(this.#wire.ms);
  }
}

function pauseUntilDrained(from: Socket, to: Socket): void {
  from.pause();
  to.once('drain', () => from.resume());
}
