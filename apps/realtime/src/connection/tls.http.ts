import { createSecureServer, type Http2SecureServer, type ServerHttp2Session } from 'node:http2';
import { type AddressInfo, Server as TcpServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { limits } from '@halftone/contracts';
import {
  answerUnsupportedRequests,
  answerParserError,
  limitBodies,
  limitConnections,
  pemOf,
  setCorsHeaders,
  ServiceHost,
  sharesPort,
  CannotStart,
} from '@halftone/service';
import { Inject, Injectable } from '@nestjs/common';
import { AdmissionService } from '../access/admission.service';
import { CONFIG, type RealtimeConfig } from '../config';
import { WebSocketHttp } from './websocket.http';

/** A method of servers with HTTP/1.1 that the types lack. */
interface WithHttp1 {
  closeIdleConnections(): void;
}

/** Whether TLS is configured; the service does not start with one of the two settings alone. */
export const usesTls = ({ REALTIME_TLS_CERT, REALTIME_TLS_KEY }: RealtimeConfig): boolean =>
  Boolean(REALTIME_TLS_CERT || REALTIME_TLS_KEY);

/**
 * Serves the same resource over TLS on a port of its own. Event streams and polls use HTTP/2, where many share a connection
 * (browsers open at most six HTTP/1.1 connections to a host). WebSockets use HTTP/1.1. Probes and TLS proxies use the plain port.
 */
@Injectable()
export class TlsHttp {
  private readonly sessions = new Set<ServerHttp2Session>();
  private readonly silent = new Set<TLSSocket>();
  private server: (Http2SecureServer & WithHttp1) | undefined;
  private isClosed = true;

  constructor(
    @Inject(CONFIG) private readonly config: RealtimeConfig,
    private readonly host: ServiceHost,
    private readonly sockets: WebSocketHttp,
    private readonly admission: AdmissionService,
  ) {}

  async listen(): Promise<void> {
    const server = this.create();
    const { HTTP_HOST: host, REALTIME_TLS_PORT: port } = this.config;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause) => reject(new CannotStart(`TLS cannot listen on ${host}:${port}`, { cause })));
      server.listen({ host, port, reusePort: sharesPort() }, resolve);
    });
    this.server = server;
    this.isClosed = false;
    this.host.listensAt('https', `${host}:${(server.address() as AddressInfo).port}`);
  }

  private create(): Http2SecureServer & WithHttp1 {
    const { REALTIME_TLS_CERT: cert, REALTIME_TLS_KEY: key, REALTIME_HANDSHAKE_SECONDS: seconds } = this.config;
    if (!cert || !key) throw new CannotStart('REALTIME_TLS_CERT and REALTIME_TLS_KEY must be set together');
    const options = {
      allowHTTP1: true,
      requireHostHeader: false,
      cert: pemOf(cert, 'CERTIFICATE'),
      key: pemOf(key, 'PRIVATE KEY'),
      handshakeTimeout: seconds * 1_000,
      headersTimeout: seconds * 1_000,
      settings: { maxConcurrentStreams: limits.http2Streams.value },
    };
    const server = createSecureServer(options) as Http2SecureServer & WithHttp1;
    const { routing } = this.host.app.getHttpAdapter().getInstance();
    server.on('request', (request, response) => {
      this.silent.delete(request.socket as TLSSocket);
      setCorsHeaders(request, response as never, this.config.ALLOWED_ORIGINS);
      routing(request as never, response as never);
    });
    server.on('session', (session) => this.keep(session));
    server.on('secureConnection', (socket) => this.watch(socket));
    server.on('clientError', answerParserError);
    answerUnsupportedRequests(server);
    limitBodies(server);
    limitConnections(server, { perAddress: this.config.HTTP_CONNECTIONS_PER_ADDRESS });
    this.admission.limitSockets(server);
    this.sockets.attach(server);
    return server;
  }

  /** Closes a session without traffic for longer than the heartbeat interval. */
  private keep(session: ServerHttp2Session): void {
    this.sessions.add(session);
    session.once('close', () => this.sessions.delete(session));
    session.setTimeout(this.config.REALTIME_HEARTBEAT_SECONDS * 2_000, () => session.close());
  }

  /** Tracks a connection until its first request, because the server does not count it as idle. */
  private watch(socket: TLSSocket): void {
    if (socket.alpnProtocol === 'h2') return;
    this.silent.add(socket);
    socket.once('close', () => this.silent.delete(socket));
  }

  /** Closes the listener only: the HTTP server's close would cut event streams on bare sockets as idle. */
  refuse(): void {
    if (this.server) TcpServer.prototype.close.call(this.server, () => (this.isClosed = true));
  }

  async drain(): Promise<void> {
    for (const session of this.sessions) session.close();
    for (const socket of this.silent) socket.destroy();
    while (!this.isClosed) {
      this.server?.closeIdleConnections();
      await sleep(10, undefined, { ref: false });
    }
  }

  close(): void {
    for (const session of this.sessions) session.destroy();
  }
}
