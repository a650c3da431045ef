import type { EventEmitter } from 'node:events';
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import { parse, type ParsedUrlQuery } from 'node:querystring';
import type { Duplex } from 'node:stream';
import { DomainError } from '@halftone/kernel';
import { domainErrorOf, isAllowedOrigin, logger, problemOf, queryError, ServiceHost } from '@halftone/service';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { WebSocketServer } from 'ws';
import { CONFIG, type RealtimeConfig } from '../config';
import { type ClientIdentity, ClientIdentityService } from '../access/client-identity.service';
import { type Codec, jsonCodec } from '../message/json-codec.schema';
import { protoCodec } from '../message/proto-codec.schema';
import { eventsQuery } from './events-query.schema';
import { ConnectionsService } from './connections.service';
import { ConversationService } from './conversation.service';
import { FrameSocket } from '../wire/frame-socket.service';
import { WebSocketConnection } from './websocket-connection.http';

const path = '/v1/events';
/** By subprotocol name; JSON without one. */
const codecs: ReadonlyMap<string, Codec> = new Map([
  ['halftone.v1.json', jsonCodec],
  ['halftone.v1.proto', protoCodec],
]);

/** The largest message is a call description of some KiB. */
const options = {
  noServer: true,
  clientTracking: false,
  perMessageDeflate: false,
  maxPayload: 65_536,
  // `ws` creates it after the handshake.
  WebSocket: FrameSocket as never,
  /** The first of the client's subprotocols that is supported. */
  handleProtocols: (requested: Set<string>) => [...requested].find((name) => codecs.has(name)) ?? false,
};

/** `GET /v1/events` with `Upgrade: websocket`. A refusal is a problem document over HTTP, before any frame. */
@Injectable()
export class WebSocketHttp implements OnModuleInit {
  private readonly server = new WebSocketServer(options);

  constructor(
    @Inject(CONFIG) private readonly config: RealtimeConfig,
    private readonly host: ServiceHost,
    private readonly identities: ClientIdentityService,
    private readonly connections: ConnectionsService,
    private readonly conversation: ConversationService,
  ) {}

  onModuleInit(): void {
    // Without this listener `ws` refuses a handshake with plain text.
    this.server.on('wsClientError', ({ message }: Error, socket: Duplex, { url = '' }: IncomingMessage) =>
      refuse(socket, new DomainError('VALIDATION_FAILED', message), pathOf(url), ['Sec-WebSocket-Version: 13']),
    );
    this.attach(this.host.app.getHttpServer());
  }

  /** Handles the upgrades of a server. */
  attach(http: EventEmitter & { shouldUpgradeCallback?: (request: IncomingMessage) => boolean }): void {
    // Some clients send `Upgrade: h2c` with every request; they are handled as plain requests.
    http.shouldUpgradeCallback = ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket';
    http.on(
      'upgrade',
      (request: IncomingMessage, socket: Duplex, head: Buffer) => void this.upgrade(request, socket, head),
    );
  }

  private async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // Node removes its own listener at an upgrade; an error without a listener would end the process.
    socket.on('error', destroy);
    const [, search = ''] = (request.url ?? '').split('?', 2);
    const pathname = pathOf(request.url);
    try {
      const identity = await this.admit(request, pathname, parse(search));
      this.server.handleUpgrade(request, socket, head, (upgraded) => {
        socket.off('error', destroy);
        const frames = upgraded as unknown as FrameSocket;
        const codec = codecs.get(frames._protocol) ?? jsonCodec;
        new WebSocketConnection(frames, identity, codec, this.conversation);
      });
    } catch (error) {
      refuse(socket, domainErrorOf(error), pathname);
    }
  }

  private async admit(
    { headers }: IncomingMessage,
    pathname: string,
    search: ParsedUrlQuery,
  ): Promise<ClientIdentity | undefined> {
    if (pathname !== path) throw new DomainError('ROUTE_NOT_FOUND', `Cannot GET ${pathname}`);
    this.connections.assertCapacity();
    if (!isAllowedOrigin(headers.origin, headers.host, this.config.ALLOWED_ORIGINS)) {
      throw new DomainError('FORBIDDEN', 'Pages of this origin cannot connect');
    }
    const query = eventsQuery.safeParse({ ...search });
    if (!query.success) throw queryError(query.error.issues);
    return this.identities.identifyFor(query.data.channel, query.data.ticket, headers.authorization);
  }
}

const pathOf = (url = ''): string => url.split('?', 1)[0] ?? '';

function destroy(this: Duplex): void {
  this.destroy();
}

function refuse(socket: Duplex, error: DomainError, instance: string, fields: readonly string[] = []): void {
  const problem = problemOf(error, instance, undefined);
  const body = JSON.stringify(problem);
  const lines = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'Connection: close',
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...fields,
    ...(problem.status === 401 ? ['WWW-Authenticate: Bearer'] : []),
    ...(error.retryAfterSeconds === undefined ? [] : [`Retry-After: ${error.retryAfterSeconds}`]),
  ];
  logger('websocket')[error.row.log]({ code: error.code }, `upgrade refused: ${error.message}`);
  socket.once('finish', () => socket.destroy());
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}
