import { once } from 'node:events';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { freePort } from './free-port';

/**
 * A TCP proxy in front of a real engine that a test can break. Closed, nobody listens on its port. Open, everything
 * passes. Opened with `silent`, it accepts data and never answers; `mute` does the same to the open connections. It
 * can be opened again at another address, like an engine that restarted behind the same name.
 */
export class Gate {
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly target: { host: string; port: number },
    readonly port: number,
  ) {}

  /** Starts closed. */
  static async inFrontOf(host: string, port: number): Promise<Gate> {
    return new Gate({ host, port }, await freePort());
  }

  async open(address = '127.0.0.1', { silent = false } = {}): Promise<void> {
    const server = createServer((client) => this.forward(client, silent));
    server.listen(this.port, address);
    await once(server, 'listening');
    this.server = server;
  }

  /** Closes the port and every connection through it. */
  close(): void {
    this.server?.close();
    this.server = undefined;
    for (const socket of this.sockets) socket.destroy();
  }

  /** As if the machine vanished: nothing is closed and nothing arrives any more. */
  mute(): void {
    for (const socket of this.sockets) socket.unpipe().resume();
  }

  private forward(client: Socket, silent: boolean): void {
    this.track(client);
    if (silent) return void client.resume();
    const engine = createConnection(this.target.port, this.target.host);
    this.track(engine);
    client.pipe(engine).pipe(client);
    client.once('close', () => engine.destroy());
    engine.once('close', () => client.destroy());
  }

  private track(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => socket.destroy()).once('close', () => this.sockets.delete(socket));
  }
}
