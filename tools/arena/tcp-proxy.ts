/**
 * A wire that can be made bad. It carries bytes between clients and one server, both ways and in order, and can slow them down,
 * hold them back without a word, or end every connection. A change counts for connections that are open already.
 */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export type Wire =
  | { kind: 'pass' }
  /** Open connections end, new ones are refused as soon as they are made. */
  | { kind: 'cut' }
  /** Every piece, in either direction, arrives so much later. */
  | { kind: 'delay'; ms: number }
  /** Nothing arrives and nothing ends, as when a cable is pulled. */
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

  /** Where the server is; until this is said connections are refused. */
  lead(port: number): void {
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

  /** Ends what is open now, as a router that restarts does; new connections are as the wire is. */
  drop(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.#server.close();
    // Whoever waits behind a blackhole is let go.
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
    // The other end learns nothing more than that the connection is gone, as on a real wire.
    from.once('error', () => to.destroy());
    from.once('close', () => {
      this.#sockets.delete(from);
      if (!to.writableFinished) to.destroy();
    });
  }

  /** Resolves when what has just arrived may go on. */
  async #permission(): Promise<void> {
    while (this.#wire.kind === 'blackhole') await this.#changed.promise;
    if (this.#wire.kind === 'delay') await sleep(this.#wire.ms);
  }
}

function pauseUntilDrained(from: Socket, to: Socket): void {
  from.pause();
  to.once('drain', () => from.resume());
}
