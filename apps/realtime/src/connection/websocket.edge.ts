import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { DomainError } from '@halftone/kernel';
import { domainErrorOf, logger, type Principal, problemOf, ServiceHost, validationError } from '@halftone/service';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { WebSocketServer } from 'ws';
import { CONFIG, type RealtimeConfig } from '../config';
import { FeedService } from '../feed/feed.service';
import { CallerService } from './caller.service';
import { eventsQuery } from './client-message.schema';
import { ConnectionsService } from './connections.service';
import { isAllowedOrigin } from './origin';
import { WebSocketConnection } from './websocket.connection';

const path = '/v1/events';
const subprotocol = 'halftone.v1.json';

/** Messages of clients are a few words. `closeTimeout`: how long a client has to answer a close before the socket is destroyed, in ms. */
const options = {
  noServer: true,
  clientTracking: false,
  perMessageDeflate: false,
  maxPayload: 4_096,
  closeTimeout: 5_000,
  handleProtocols: (offered: Set<string>) => offered.has(subprotocol) && subprotocol,
} as const;

/** `GET /v1/events` with `Upgrade: websocket`. A refusal is a problem document over HTTP, before any frame. */
@Injectable()
export class WebSocketEdge implements OnModuleInit {
  private readonly server = new WebSocketServer(options);

  constructor(
    @Inject(CONFIG) private readonly config: RealtimeConfig,
    private readonly host: ServiceHost,
    private readonly caller: CallerService,
    private readonly feed: FeedService,
    private readonly connections: ConnectionsService,
  ) {}

  onModuleInit(): void {
    const http: Server & { shouldUpgradeCallback?: (request: IncomingMessage) => boolean } =
      this.host.app.getHttpServer();
    // Some clients offer HTTP/2 with every request (Upgrade: h2c); those go on as plain requests.
    http.shouldUpgradeCallback = ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket';
    http.on(
      'upgrade',
      (request: IncomingMessage, socket: Duplex, head: Buffer) => void this.upgrade(request, socket, head),
    );
  }

  private async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // Node took its own listener away with the upgrade; an error without a listener would end the process.
    socket.on('error', () => socket.destroy());
    const [pathname = '', search = ''] = (request.url ?? '').split('?', 2);
    try {
      const principal = await this.admit(request, pathname, new URLSearchParams(search));
      this.server.handleUpgrade(request, socket, head, (webSocket) => {
        new WebSocketConnection(webSocket, socket, principal, this.feed, this.connections);
      });
    } catch (error) {
      refuse(socket, domainErrorOf(error), pathname);
    }
  }

  private async admit({ headers }: IncomingMessage, pathname: string, search: URLSearchParams): Promise<Principal> {
    if (pathname !== path) throw new DomainError('ROUTE_NOT_FOUND', `Cannot GET ${pathname}`);
    this.connections.assertOpen();
    if (!isAllowedOrigin(headers.origin, headers.host, this.config.REALTIME_ALLOWED_ORIGINS)) {
      throw new DomainError('FORBIDDEN', 'Pages of this origin may not connect');
    }
    const query = eventsQuery.safeParse(Object.fromEntries(search));
    if (!query.success) throw validationError(query.error.issues);
    return this.caller.principalOf(query.data.ticket, headers.authorization);
  }
}

function refuse(socket: Duplex, error: DomainError, instance: string): void {
  const problem = problemOf(error, instance, undefined);
  const body = JSON.stringify(problem);
  const lines = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'Connection: close',
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(problem.status === 401 ? ['WWW-Authenticate: Bearer'] : []),
    ...(error.row.retryable ? ['Retry-After: 1'] : []),
  ];
  logger('websocket')[error.row.log]({ code: error.code }, `upgrade refused: ${error.message}`);
  socket.once('finish', () => socket.destroy());
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}
