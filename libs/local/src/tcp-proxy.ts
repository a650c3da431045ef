import { once } from 'node:events';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './port.ts';

export type Wire =
  | { kind: 'pass' }
  /** Open connections end, new ones are closed immediately. */
  | { kind: 'cut' }
  /** Every chunk is delayed in both directions. */
  | { kind: 'delay'; ms: number }
  /** Nothing arrives and no connection ends, as when a cable is pulled. */
  | { kind: 'blackhole' };

/** Where a server listens; a URL fits. */
type Target = Readonly<Pick<URL, 'hostname' | 'port'>>;

/** A connection through the proxy: the client's end, and the proxy's own to the server. */
interface Connection {
  client: Socket;
  server: Socket;
}

/**
 * A TCP proxy that can fail. It forwards bytes in order in both directions, and can delay them, hold them back,
 * or end every connection. A change applies to open connections too. It can stop listening, and listen again on the same
 * port, also at another address, like a server that restarted.
 */
export class TcpProxy {
  readonly port: number;
  /** The connections it has accepted so far, including those it closed immediately. */
  accepted = 0;
  readonly #connections = new Set<Connection>();
  readonly #muted = new WeakSet<Socket>();
  #server: Server | undefined;
  #wire: Wire = { kind: 'pass' };
  #changed = Promise.withResolvers<void>();
  #target: Target | undefined;

  private constructor(port: number, target: Target | undefined) {
    this.port = port;
    // A copy: callers give the URL the proxy's own port next.
    this.#target = target && { hostname: target.hostname, port: target.port };
  }

  /** Nobody listens on its port until `open`. */
  static async reserve(target?: Target): Promise<TcpProxy> {
    return new TcpProxy(await freePort(), target);
  }

  /** Listens on a free port of the loopback address. */
  static async listen(target?: Target): Promise<TcpProxy> {
    const proxy = await TcpProxy.reserve(target);
    await proxy.open();
    return proxy;
  }

  async open(address = '127.0.0.1'): Promise<void> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#accept(client));
    server.listen(this.port, address);
    await once(server, 'listening');
    this.#server = server;
  }

  /** Stops listening and resets every connection. */
  close(): void {
    this.#server?.close();
    this.#server = undefined;
    this.drop();
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Sets the server of new connections. Before that, they are closed immediately. */
  connectTo(port: number): void {
    this.#target = { hostname: '127.0.0.1', port: String(port) };
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

  /** Like `set` to `cut`; returns the number of connections it ended. */
  cut(): number {
    const { size } = this.#connections;
    this.set({ kind: 'cut' });
    return size;
  }

  /** Resets all open connections, as a restarted router does, and returns their number. New ones are not affected. */
  drop(): number {
    const { size } = this.#connections;
    for (const { client, server } of this.#connections) for (const end of [client, server]) end.resetAndDestroy();
    return size;
  }

  /**
   * Bytes that arrive on the open connections are lost from now on, as if the server's machine had vanished. `answers`: only
   * bytes from the server are lost. New connections are not affected.
   */
  mute(lost: 'everything' | 'answers' = 'everything'): void {
    for (const { client, server } of this.#connections) {
      this.#muted.add(server);
      if (lost === 'everything') this.#muted.add(client);
    }
  }

  #accept(client: Socket): void {
    this.accepted += 1;
    if (this.#wire.kind === 'cut' || !this.#target) {
      client.resetAndDestroy();
      return;
    }
    const { hostname: host, port } = this.#target;
    // Not `connect`: a spec replaces that one to lead a service's own connections through this proxy.
    const server = createConnection({ host, port: Number(port), allowHalfOpen: true, noDelay: true });
    const connection = { client, server };
    this.#connections.add(connection);
    for (const end of [client, server])
      end.once('close', () => client.closed && server.closed && this.#connections.delete(connection));
    this.#carry(client, server);
    this.#carry(server, client);
  }

  #carry(from: Socket, to: Socket): void {
    from.on('data', (bytes: Buffer) => {
      if (this.#muted.has(from)) return;
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
    from.once('close', () => to.writableFinished || to.destroy());
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
