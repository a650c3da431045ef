import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ClientIdentityService } from '../access/client-identity.service';
import { type EventsQuery, eventsQuery } from './events-query.schema';
import { ConnectionsService } from './connections.service';
import { type Transport, transportOf } from './negotiation.http';
import { PollConnection } from './poll-connection.http';
import { takeStream } from '../wire/raw-response.http';
import { retryMs, SseConnection, type OpenedStream } from './sse-connection.http';
import { PostedMessageService } from './posted-message.service';
import { TicketStreamsService } from './ticket-streams.service';
import { SubscriptionService } from '../fanout/subscription.service';
import { domainErrorOf } from '@halftone/service';
import { sseFrame } from '../wire/sse-frame';

interface Request {
  method: string;
  headers: IncomingHttpHeaders;
}

interface Reply {
  raw: ServerResponse;
  hijack(): unknown;
  status(code: number): Reply;
  headers(values: Record<string, string>): Reply;
  send(body?: string): unknown;
}

/** `GET /v1/events` without Upgrade: an event stream, a long poll or a short poll, by Accept and `wait`. */
@Controller('v1/events')
export class EventsHttp {
  constructor(
    private readonly identities: ClientIdentityService,
    private readonly ticketStreams: TicketStreamsService,
    private readonly subscriptions: SubscriptionService,
    private readonly connections: ConnectionsService,
    private readonly messages: PostedMessageService,
  ) {}

  @Get()
  async read(
    @Query({ schema: eventsQuery }) query: EventsQuery,
    @Req() request: Request,
    @Res() reply: Reply,
  ): Promise<void> {
    await this.answer(query, request, reply).catch((error: unknown) => {
      const frame = reconnectFrame(error, request.headers);
      if (frame === undefined) throw error;
      reply
        .status(200)
        .headers({ ...commonHeaders, ...streamHeaders })
        .send(frame);
    });
  }

  private async answer(query: EventsQuery, request: Request, reply: Reply): Promise<void> {
    const transport = request.method === 'HEAD' ? 'short-poll' : transportOf(request.headers.accept, query.wait);
    if (transport === 'short-poll') this.connections.assertPollCapacity();
    else this.connections.assertCapacity(transport === 'long-poll');
    const opened = await this.open(query, request, transport);
    if (transport === 'sse') return this.stream(opened, reply);
    const page = await this.page(opened, transport === 'long-poll' ? query.wait : 0, reply);
    answerPoll(page, transport, request.headers['if-none-match'], reply);
  }

  /** A client that reconnects sends its last event id, which is newer than the cursor in its URL and than a snapshot. */
  private async open(query: EventsQuery, { headers }: Request, transport: Transport): Promise<OpenedStream> {
    const { channel, types, ticket } = query;
    const byTicket =
      transport === 'sse' && ticket !== undefined ? await this.ticketStreams.redeem(ticket, query, headers) : undefined;
    const identity = byTicket ?? (await this.identities.identifyFor(channel, ticket, headers.authorization));
    const lastEventId = headers['last-event-id'];
    const isReconnect = typeof lastEventId === 'string' && lastEventId !== '';
    const requested = isReconnect
      ? { channel, types, cursor: lastEventId }
      : { channel, types, cursor: query.cursor || undefined, snapshot: query.snapshot };
    const sender = query.talk ? identity : undefined;
    return {
      ...(await this.subscriptions.open(requested, identity)),
      name: channel,
      expires: identity?.expires,
      key: byTicket?.key,
      sender,
    };
  }

  private stream(opened: OpenedStream, reply: Reply): void {
    reply.hijack();
    const stream = takeStream(reply.raw, {
      ...corsHeaders(reply.raw),
      ...streamHeaders,
      ...commonHeaders,
    });
    if (!stream) return;
    const { wire, head } = stream;
    const connection = new SseConnection(wire, head, opened, this.subscriptions, this.connections);
    const { key, sender } = opened;
    if (key !== undefined) {
      this.ticketStreams.opened(key, connection);
      wire.once('close', () => this.ticketStreams.closed(key, connection));
    }
    if (!sender) return;
    const peer = this.messages.begin(sender, connection.outbound);
    wire.once('close', () => this.messages.end(peer));
  }

  /** A poll without a cursor does not wait: the answer is the current cursor, or the snapshot. */
  private async page(opened: OpenedStream, wait: number, reply: Reply): Promise<Page> {
    const { catchUp, resumed, snapshot } = opened;
    if (snapshot) return { body: JSON.stringify({ events: snapshot, cursor: catchUp.cursor, snapshot: true }) };
    const poll = new PollConnection(resumed ? wait * 1_000 : 0);
    const subscription = this.subscriptions.follow(opened, poll);
    this.connections.add(poll);
    reply.raw.once('close', () => poll.leave());
    try {
      await poll.collect(subscription, () => this.subscriptions.run(subscription, opened));
    } finally {
      this.connections.remove(poll);
    }
    this.connections.delivered(poll.delivered);
    return { body: poll.isEmpty && resumed && wait > 0 ? undefined : poll.body(), cursor: poll.cursor };
  }
}

const commonHeaders = { 'cache-control': 'no-store', vary: 'Accept, Origin' };

const streamHeaders = { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' };

/** The CORS headers that allowOrigins has set; a stream on a bare socket must write them itself. */
const corsHeaders = (response: ServerResponse): Record<string, string> =>
  Object.fromEntries(Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]));

/** The answer to a poll; without a body no event came in the waiting time. */
interface Page {
  body: string | undefined;
  /** The cursor after it; undefined for a snapshot, which is never the same twice. */
  cursor?: string;
}

/** Retry-After of a short poll, in seconds. */
const pollAgain = '5';

/** The ETag of a short poll is its end cursor: a request with that cursor and If-None-Match gets 304 until there are events. */
function answerPoll({ body, cursor }: Page, transport: Transport, known: string | undefined, reply: Reply): void {
  const isShort = transport === 'short-poll';
  const tag = isShort && cursor !== undefined ? { etag: `"${cursor}"` } : undefined;
  const all = { ...commonHeaders, ...tag, ...(isShort && { 'retry-after': pollAgain }) };
  if (body === undefined) return void reply.status(204).headers(all).send();
  if (tag && known?.includes(tag.etag)) return void reply.status(304).headers(all).send();
  reply
    .status(200)
    .headers({ ...all, 'content-type': 'application/json; charset=utf-8' })
    .send(body);
}

/**
 * The answer to an EventSource instead of a 503: a stream that ends immediately, because after any status
 * but 200 an EventSource never reconnects.
 * A client with `Authorization` is no EventSource and gets the 503. Undefined: send the error.
 */
function reconnectFrame(error: unknown, { accept, authorization }: IncomingHttpHeaders): string | undefined {
  const { row, retryAfterSeconds = 0 } = domainErrorOf(error);
  if (row.http !== 503 || accept !== 'text/event-stream' || authorization !== undefined) return undefined;
  const retry = Math.max(retryMs(), retryAfterSeconds * 1_000);
  return sseFrame({ retry, event: 'goodbye', data: JSON.stringify({ reconnectInMs: retry }) }).toString();
}
