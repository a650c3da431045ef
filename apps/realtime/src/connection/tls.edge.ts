import { createSecureServer, type Http2SecureServer, type ServerHttp2Session } from 'node:http2';
import { type AddressInfo, Server as TcpServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { Lifecycle, ServiceHost, sharesPort, Unstartable } from '@halftone/service';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type RealtimeConfig } from '../config';
import { pemOf } from './pem';
import { WebSocketEdge } from './websocket.edge';

/** Event streams and polls that one HTTP/2 connection carries side by side. */
const streamsOfOne = 128;

/** As far as a server that also speaks HTTP/1.1 has them, which the types leave out. */
interface WithHttp1 {
  closeIdleConnections(): void;
}

/**
 * The same resource over TLS, at a port of its own: event streams and polls by HTTP/2, where many share a connection (HTTP/1.1 lets a
 * browser have six to a host), and WebSockets, which ask for HTTP/1.1. The plain port stays, for probes and for proxies that end TLS.
 */
@Injectable()
export class TlsEdge {
  private readonly sessions = new Set<ServerHttp2Session>();
  private readonly silent = new Set<TLSSocket>();
  private server: (Http2SecureServer & WithHttp1) | undefined;
  private isClosed = true;

  constructor(
    @Inject(CONFIG) private readonly config: RealtimeConfig,
    private readonly host: ServiceHost,
    private readonly sockets: WebSocketEdge,
    lifecycle: Lifecycle,
  ) {
    if (!config.REALTIME_TLS_CERT && !config.REALTIME_TLS_KEY) return;
    lifecycle.onStart('serve', 'tls', () => this.listen());
    lifecycle.onStop('refuse', 'tls', async () => this.refuse());
    lifecycle.onStop('drain', 'tls', () => this.drain());
    lifecycle.onStop('close', 'tls', async () => this.sessions.forEach((session) => session.destroy()));
  }

  private async listen(): Promise<void> {
    const server = this.create();
    const { HTTP_HOST: host, REALTIME_TLS_PORT: port } = this.config;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause) => reject(new Unstartable(`TLS cannot listen at ${host}:${port}`, { cause })));
      server.listen({ host, port, reusePort: sharesPort() }, resolve);
    });
    this.server = server;
    this.isClosed = false;
    this.host.listensAt('https', `${host}:${(server.address() as AddressInfo).port}`);
  }

  private create(): Http2SecureServer & WithHttp1 {
    const { REALTIME_TLS_CERT: cert, REALTIME_TLS_KEY: key, REALTIME_HANDSHAKE_SECONDS: seconds } = this.config;
    if (!cert || !key) throw new Unstartable('REALTIME_TLS_CERT and REALTIME_TLS_KEY need each other');
    const options = {
      allowHTTP1: true,
      cert: pemOf(cert, 'CERTIFICATE'),
      key: pemOf(key, 'PRIVATE KEY'),
      handshakeTimeout: seconds * 1_000,
      headersTimeout: seconds * 1_000,
      settings: { maxConcurrentStreams: streamsOfOne },
    };
    const server = createSecureServer(options) as Http2SecureServer & WithHttp1;
    const { routing } = this.host.app.getHttpAdapter().getInstance();
    server.on('request', (request, response) => {
      this.silent.delete(request.socket as TLSSocket);
      routing(request as never, response as never);
    });
    server.on('session', (session) => this.keep(session));
    server.on('secureConnection', (socket) => this.watch(socket));
    this.sockets.attach(server);
    return server;
  }

  /** One that carries nothing for longer than any heartbeat takes ends. */
  private keep(session: ServerHttp2Session): void {
    this.sessions.add(session);
    session.once('close', () => this.sessions.delete(session));
    session.setTimeout(this.config.REALTIME_HEARTBEAT_SECONDS * 2_000, () => session.close());
  }

  /** Until it asks for something; to the server such a connection is not idle. */
  private watch(socket: TLSSocket): void {
    if (socket.alpnProtocol === 'h2') return;
    this.silent.add(socket);
    socket.once('close', () => this.silent.delete(socket));
  }

  /** Not the HTTP server's own close, which would cut event streams on bare sockets as if they were idle. */
  private refuse(): void {
    if (this.server) TcpServer.prototype.close.call(this.server, () => (this.isClosed = true));
  }

  private async drain(): Promise<void> {
    for (const session of this.sessions) session.close();
    for (const socket of this.silent) socket.destroy();
    while (!this.isClosed) {
      this.server?.closeIdleConnections();
      await sleep(10, undefined, { ref: false });
    }
  }
}
