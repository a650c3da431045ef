import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { DomainError, uuidv7 } from '@halftone/kernel';
import { PubSub, Tickets } from '@halftone/redis';
import { verifyToken } from '@halftone/service';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { CONFIG, type RealtimeConfig } from '../config';
import type { ClientIdentity } from '../access/client-identity.service';
import type { EventsQuery } from './events-query.schema';
import { holdsKey, streamKeyOf } from './stream-key.service';

const replacedStream = z.object({ key: z.string() });

const channelOf = (replica: string) => `halftone.realtime.streams.${replica}`;

interface OpenStream {
  cut(): void;
}

/**
 * Event streams by ticket. An EventSource always repeats its URL, so its ticket reopens the same stream until the token expires.
 * It does so only for the same client (Origin, User-Agent) with a `Last-Event-ID` of that stream. One stream is open at a time:
 * a new one ends the previous one, at any replica. While Redis is down no stream opens, and an unreachable replica keeps
 * the previous stream until its client disconnects.
 */
@Injectable()
export class TicketStreamsService {
  private readonly replica = uuidv7();
  private readonly open = new Map<string, OpenStream>();
  private unsubscribe: (() => Promise<void>) | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: RealtimeConfig,
    private readonly tickets: Tickets,
    private readonly pubSub: PubSub,
  ) {}

  /** `key` is the key for the event ids of the stream. Throws UNAUTHENTICATED, TOKEN_EXPIRED or UNAVAILABLE. */
  async redeem(
    ticket: string,
    query: EventsQuery,
    headers: IncomingHttpHeaders,
  ): Promise<ClientIdentity & { key: string }> {
    const key = streamKeyOf(ticket, this.config.REALTIME_CURSOR_KEY);
    const mayRepeat = holdsKey(String(headers['last-event-id'] ?? ''), key);
    const request = { boundTo: bindingOf(query, headers), mayRepeat, replica: this.replica };
    const use = await this.tickets.openStream(ticket, request);
    if (!use) throw new DomainError('UNAUTHENTICATED', 'The ticket is unknown, expired or of another stream');
    const identity = await verifyToken(use.token);
    if (use.previous === undefined) await this.tickets.keepUntil(ticket, identity.expires);
    else if (use.previous !== this.replica) await this.pubSub.publish(channelOf(use.previous), { key });
    return { ...identity, key };
  }

  opened(key: string, stream: OpenStream): void {
    this.open.get(key)?.cut();
    this.open.set(key, stream);
  }

  closed(key: string, stream: OpenStream): void {
    if (this.open.get(key) === stream) this.open.delete(key);
  }

  async stop(): Promise<void> {
    await this.unsubscribe?.();
  }

  async start(): Promise<void> {
    this.unsubscribe = await this.pubSub.subscribe(channelOf(this.replica), (message) => {
      const { success, data } = replacedStream.safeParse(message);
      if (success) this.open.get(data.key)?.cut();
    });
  }
}

/** A hash, because Redis only compares it. */
function bindingOf({ channel, types, talk }: EventsQuery, headers: IncomingHttpHeaders): string {
  const parts = [channel, types ?? [], talk, headers.origin ?? '', headers['user-agent'] ?? ''];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
