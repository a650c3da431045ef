import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { Controller, Get, Inject, Options, Query, Req, Res } from '@nestjs/common';
import { CONFIG, type RealtimeConfig } from '../config';
import { CallerService } from './caller.service';
import { type EventsQuery, eventsQuery } from './events-query.schema';
import { ConnectionsService } from './connections.service';
import { type Transport, transportOf } from './negotiation';
import { isAllowedOrigin } from './origin';
import { PollConnection } from './poll.connection';
import { takeStream } from './raw-response.http';
import { SseConnection, type Subscription } from './sse.connection';
import { TalkService } from '../talk/talk.service';
import { SubscriptionService } from '../subscription/subscription.service';

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
    @Inject(CONFIG) private readonly config: RealtimeConfig,
    private readonly caller: CallerService,
    private readonly subscriptions: SubscriptionService,
    private readonly connections: ConnectionsService,
    private readonly talk: TalkService,
  ) {}

  @Get()
  async read(
    @Query({ schema: eventsQuery }) query: EventsQuery,
    @Req() request: Request,
    @Res() reply: Reply,
  ): Promise<void> {
    const transport = request.method === 'HEAD' ? 'short-poll' : transportOf(request.headers.accept, query.wait);
    if (transport === 'short-poll') this.connections.assertOpen();
    else this.connections.assertRoom(transport === 'long-poll');
    const subscription = await this.subscription(query, request);
    const headers = { 'cache-control': 'no-store', vary: 'Accept, Origin', ...this.cors(request) };
    if (transport === 'sse') return this.stream(subscription, headers, reply);
    const page = await this.page(subscription, transport === 'long-poll' ? query.wait : 0, reply);
    answer(page, transport, request.headers['if-none-match'], headers, reply);
  }

  /** What a browser asks before a page of another origin may send Authorization or Last-Event-ID. */
  @Options()
  preflight(@Req() request: Request, @Res() reply: Reply): void {
    const cors = this.cors(request);
    const allowed = {
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'Authorization, Content-Type, If-None-Match, Last-Event-ID',
      'access-control-max-age': '600',
    };
    reply
      .status(204)
      .headers({ vary: 'Origin', ...cors, ...(cors && allowed) })
      .send();
  }

  /** A client that reconnects sends the last id it got, which is newer than the cursor in its URL, and than a snapshot. */
  private async subscription(query: EventsQuery, { headers }: Request): Promise<Subscription> {
    const { channel, types, ticket } = query;
    const caller = await this.caller.identifyFor(channel, ticket, headers.authorization);
    const lastEventId = headers['last-event-id'];
    const isBack = typeof lastEventId === 'string' && lastEventId !== '';
    const wanted = isBack
      ? { channel, types, cursor: lastEventId }
      : { channel, types, cursor: query.cursor || undefined, snapshot: query.snapshot };
    const talker = query.talk ? caller : undefined;
    return { ...(await this.subscriptions.open(wanted, caller)), name: channel, expires: caller?.expires, talker };
  }

  private stream(subscription: Subscription, headers: Record<string, string>, reply: Reply): void {
    reply.hijack();
    const taken = takeStream(reply.raw, {
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
      ...headers,
    });
    if (!taken) return;
    const { wire, head } = taken;
    const { outbound } = new SseConnection(wire, head, subscription, this.subscriptions, this.connections);
    if (!subscription.talker) return;
    const peer = this.talk.begin(subscription.talker, outbound);
    wire.once('close', () => this.talk.end(peer));
  }

  /** Without a cursor there is nothing to wait for: the answer is the cursor of now, or the snapshot. */
  private async page(subscription: Subscription, wait: number, reply: Reply): Promise<Page> {
    const { splice, resumed, snapshot } = subscription;
    if (snapshot) return { body: JSON.stringify({ events: snapshot, cursor: splice.cursor, snapshot: true }) };
    const poll = new PollConnection(resumed ? wait * 1_000 : 0);
    const following = this.subscriptions.follow(subscription, poll);
    this.connections.add(poll);
    reply.raw.once('close', () => poll.leave());
    try {
      await poll.collect(following, () => this.subscriptions.run(following, subscription));
    } finally {
      this.connections.remove(poll);
    }
    this.connections.delivered(poll.delivered);
    return { body: poll.isEmpty && resumed && wait > 0 ? undefined : poll.body(), cursor: poll.cursor };
  }

  private cors({ headers: { origin, host } }: Request): Record<string, string> | undefined {
    if (origin === undefined || !isAllowedOrigin(origin, host, this.config.REALTIME_ALLOWED_ORIGINS)) return undefined;
    return { 'access-control-allow-origin': origin, 'access-control-expose-headers': 'ETag, Retry-After' };
  }
}

/** What a poll is answered with; without a body there was nothing to tell in the time it waited. */
interface Page {
  body: string | undefined;
  /** Where it ends; none for a snapshot, which is never the same twice. */
  cursor?: string;
}

/** Seconds a short poll is asked to wait before the next one. */
const pollAgain = '5';

/** The entity tag of a short poll is where it ends: who asks from there on and says so in If-None-Match hears 304 until there is more. */
function answer(
  { body, cursor }: Page,
  transport: Transport,
  known: string | undefined,
  headers: Record<string, string>,
  reply: Reply,
): void {
  const isShort = transport === 'short-poll';
  const tag = isShort && cursor !== undefined ? { etag: `"${cursor}"` } : undefined;
  const all = { ...headers, ...tag, ...(isShort && { 'retry-after': pollAgain }) };
  if (body === undefined) return void reply.status(204).headers(all).send();
  if (tag && known?.includes(tag.etag)) return void reply.status(304).headers(all).send();
  reply
    .status(200)
    .headers({ ...all, 'content-type': 'application/json; charset=utf-8' })
    .send(body);
}
