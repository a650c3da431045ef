import type { EventEmitter } from 'node:events';
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { DomainError } from '@halftone/kernel';
import { domainErrorOf, logger, problemOf, ServiceHost, validationError } from '@halftone/service';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { WebSocketServer } from 'ws';
import { CONFIG, type RealtimeConfig } from '../config';
import { type Caller, CallerService } from './caller.service';
import type { Codec } from '../message/message.codec';
import { jsonCodec } from '../message/json.codec';
import { protoCodec } from '../message/proto.codec';
import { eventsQuery } from './events-query.schema';
import { ConnectionsService } from './connections.service';
import { ConversationService } from './conversation.service';
import { FrameSocket } from './frame.socket';
import { isAllowedOrigin } from './origin';
import { WebSocketConnection } from './websocket.connection';

const path = '/v1/events';
/** By the name of its subprotocol; who offers none speaks JSON. */
const codecs: ReadonlyMap<string, Codec> = new Map([
  ['halftone.v1.json', jsonCodec],
  ['halftone.v1.proto', protoCodec],
]);

/** Messages of clients are small; a description of a call may take some KiB. */
const options = {
  noServer: true,
  clientTracking: false,
  perMessageDeflate: false,
  maxPayload: 65_536,
  // Made by `ws` once the handshake is done.
  WebSocket: FrameSocket as never,
  /** The first that the client prefers and we speak. */
  handleProtocols: (offered: Set<string>) => [...offered].find((name) => codecs.has(name)) ?? false,
};

/** `GET /v1/events` with `Upgrade: websocket`. A refusal is a problem document over HTTP, before any frame. */
@Injectable()
export class WebSocketEdge implements OnModuleInit {
  private readonly server = new WebSocketServer(options);

  constructor(
    @Inject(CONFIG) private readonly config: RealtimeConfig,
    private readonly host: ServiceHost,
    private readonly caller: CallerService,
    private readonly connections: ConnectionsService,
    private readonly conversation: ConversationService,
  ) {}

  onModuleInit(): void {
    this.attach(this.host.app.getHttpServer());
  }

  /** From now on its upgrades end here. */
  attach(http: EventEmitter & { shouldUpgradeCallback?: (request: IncomingMessage) => boolean }): void {
    // Some clients offer HTTP/2 with every request (Upgrade: h2c); those go on as plain requests.
    http.shouldUpgradeCallback = ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket';
    http.on(
      'upgrade',
      (request: IncomingMessage, socket: Duplex, head: Buffer) => void this.upgrade(request, socket, head),
    );
  }

  private async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // Node took its own listener away with the upgrade; an error without a listener would end the process.
    socket.on('error', destroy);
    const [pathname = '', search = ''] = (request.url ?? '').split('?', 2);
    try {
      const caller = await this.admit(request, pathname, new URLSearchParams(search));
      this.server.handleUpgrade(request, socket, head, (upgraded) => {
        socket.off('error', destroy);
        const frames = upgraded as unknown as FrameSocket;
        const codec = codecs.get(frames._protocol) ?? jsonCodec;
        new WebSocketConnection(frames, caller, codec, this.conversation);
      });
    } catch (error) {
      refuse(socket, domainErrorOf(error), pathname);
    }
  }

  private async admit(
    { headers }: IncomingMessage,
    pathname: string,
    search: URLSearchParams,
  ): Promise<Caller | undefined> {
    if (pathname !== path) throw new DomainError('ROUTE_NOT_FOUND', `Cannot GET ${pathname}`);
    this.connections.assertRoom();
    if (!isAllowedOrigin(headers.origin, headers.host, this.config.REALTIME_ALLOWED_ORIGINS)) {
      throw new DomainError('FORBIDDEN', 'Pages of this origin may not connect');
    }
    const query = eventsQuery.safeParse(Object.fromEntries(search));
    if (!query.success) throw validationError(query.error.issues);
    return this.caller.identifyFor(query.data.channel, query.data.ticket, headers.authorization);
  }
}

function destroy(this: Duplex): void {
  this.destroy();
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
    ...(error.retryAfterSeconds === undefined ? [] : [`Retry-After: ${error.retryAfterSeconds}`]),
  ];
  logger('websocket')[error.row.log]({ code: error.code }, `upgrade refused: ${error.message}`);
  socket.once('finish', () => socket.destroy());
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}
