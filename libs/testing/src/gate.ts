import { once } from 'node:events';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { freePort } from './free-port';

/**
 * A TCP door in front of a real engine: closed, nobody listens at its port; open, everything passes; deaf, it takes what is sent and never
 * answers, and `mute` makes it so for connections that exist. It may be opened again at another address, as an engine that was started anew
 * behind the same name.
 */
export class Gate {
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly behind: { host: string; port: number },
    readonly port: number,
  ) {}

  /** Closed at first. */
  static async before(host: string, port: number): Promise<Gate> {
    return new Gate({ host, port }, await freePort());
  }

  async open(address = '127.0.0.1', { deaf = false } = {}): Promise<void> {
    const server = createServer((client) => this.pass(client, deaf));
    server.listen(this.port, address);
    await once(server, 'listening');
    this.server = server;
  }

  /** Cuts every connection that passes through. */
  close(): void {
    this.server?.close();
    this.server = undefined;
    for (const socket of this.sockets) socket.destroy();
  }

  /** As when a machine vanishes: nothing is closed, and nothing comes any more. */
  mute(): void {
    for (const socket of this.sockets) socket.unpipe().resume();
  }

  private pass(client: Socket, deaf: boolean): void {
    this.keep(client);
    if (deaf) return void client.resume();
    const engine = createConnection(this.behind.port, this.behind.host);
    this.keep(engine);
    client.pipe(engine).pipe(client);
    client.once('close', () => engine.destroy());
    engine.once('close', () => client.destroy());
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => socket.destroy()).once('close', () => this.sockets.delete(socket));
  }
}
