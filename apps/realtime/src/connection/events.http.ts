import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { Controller, Get, Inject, Options, Query, Req, Res } from '@nestjs/common';
import { CONFIG, type RealtimeConfig } from '../config';
import { FeedService } from '../feed/feed.service';
import { CallerService } from './caller.service';
import { scopeOf } from './channel';
import { type EventsQuery, eventsQuery } from './client-message.schema';
import { ConnectionsService } from './connections.service';
import { transportOf } from './negotiation';
import { isAllowedOrigin } from './origin';
import { PollConnection } from './poll.connection';
import { streamHead, takeSocket } from './raw-response.http';
import { SseConnection, type Subscription } from './sse.connection';

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

/** Seconds a short poll is asked to wait before the next one. */
const pollAgain = '5';

/** `GET /v1/events` without Upgrade: an event stream, a long poll or a short poll, by Accept and `wait`. */
@Controller('v1/events')
export class EventsHttp {
  constructor(
    @Inject(CONFIG) private readonly config: RealtimeConfig,
    private readonly caller: CallerService,
    private readonly feed: FeedService,
    private readonly connections: ConnectionsService,
  ) {}

  @Get()
  async read(
    @Query({ schema: eventsQuery }) query: EventsQuery,
    @Req() request: Request,
    @Res() reply: Reply,
  ): Promise<void> {
    this.connections.assertOpen();
    const transport = request.method === 'HEAD' ? 'short-poll' : transportOf(request.headers.accept, query.wait);
    const subscription = await this.subscription(query, request);
    const headers = { 'cache-control': 'no-store', vary: 'Accept, Origin', ...this.cors(request) };
    if (transport === 'sse') this.stream(subscription, headers, reply);
    else await this.poll(subscription, transport === 'long-poll' ? query.wait : 0, headers, reply);
  }

  /** What a browser asks before a page of another origin may send Authorization or Last-Event-ID. */
  @Options()
  preflight(@Req() request: Request, @Res() reply: Reply): void {
    const cors = this.cors(request);
    const allowed = {
      'access-control-allow-methods': 'GET',
      'access-control-allow-headers': 'Authorization, Last-Event-ID',
      'access-control-max-age': '600',
    };
    reply
      .status(204)
      .headers({ vary: 'Origin', ...cors, ...(cors && allowed) })
      .send();
  }

  /** A client that reconnects sends the last id it got, which is newer than the cursor in its URL. */
  private async subscription(query: EventsQuery, { headers }: Request): Promise<Subscription> {
    const { channel, subject } = scopeOf(
      query.channel,
      await this.caller.principalOf(query.ticket, headers.authorization),
    );
    const lastEventId = headers['last-event-id'];
    const cursor = (typeof lastEventId === 'string' && lastEventId) || query.cursor || undefined;
    return { splice: await this.feed.open(channel, cursor), subject, resumed: cursor !== undefined };
  }

  private stream(subscription: Subscription, headers: Record<string, string>, reply: Reply): void {
    reply.hijack();
    const socket = takeSocket(reply.raw);
    const head = streamHead({
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
      ...headers,
    });
    if (socket) new SseConnection(socket, head, subscription, this.feed, this.connections);
  }

  /** Without a cursor there is nothing to wait for: the answer is the cursor of now. */
  private async poll(
    { splice, subject, resumed }: Subscription,
    wait: number,
    headers: Record<string, string>,
    reply: Reply,
  ): Promise<void> {
    const poll = new PollConnection(resumed ? wait * 1_000 : 0);
    const following = this.feed.follow(splice, poll, subject);
    this.connections.add(poll);
    reply.raw.once('close', () => poll.leave());
    try {
      await poll.collect(following, () => this.feed.run(following, resumed));
    } finally {
      this.connections.remove(poll);
    }
    this.connections.delivered(poll.delivered);
    if (wait > 0 && resumed && poll.isEmpty) return void reply.status(204).headers(headers).send();
    const again = wait > 0 ? {} : { 'retry-after': pollAgain };
    reply
      .status(200)
      .headers({ ...headers, ...again, 'content-type': 'application/json; charset=utf-8' })
      .send(poll.body());
  }

  private cors({ headers: { origin, host } }: Request): Record<string, string> | undefined {
    if (origin === undefined || !isAllowedOrigin(origin, host, this.config.REALTIME_ALLOWED_ORIGINS)) return undefined;
    return { 'access-control-allow-origin': origin, 'access-control-expose-headers': 'Retry-After' };
  }
}
