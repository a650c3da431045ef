import type { Sessions } from '@halftone/redis';
import { z } from 'zod';
import type { SessionSubscription, Session, SessionStore } from './session.store';

const kept = z.object({ cursor: z.string(), types: z.array(z.string()).optional() });

/** Not a valid channel name. */
const owner = '@customer';

/** Stores sessions in Redis, for clients that reconnect to any replica. */
export class SharedSessionStore implements SessionStore {
  constructor(
    private readonly sessions: Sessions,
    private readonly ttlMs: number,
  ) {}

  async read(id: string): Promise<Session | undefined> {
    const { [owner]: customer, ...channels } = (await this.sessions.read(id)) ?? {};
    if (customer === undefined) return undefined;
    const subscriptions = Object.entries(channels).map(([channel, text]): SessionSubscription => {
      return { channel, ...kept.parse(JSON.parse(text)) };
    });
    return { customer, subscriptions };
  }

  begin(id: string, customer: string): Promise<void> {
    return this.sessions.write(id, { [owner]: customer }, this.ttlMs);
  }

  keep(id: string, { channel, cursor, types }: SessionSubscription): Promise<void> {
    return this.sessions.write(id, { [channel]: JSON.stringify({ cursor, types }) }, this.ttlMs);
  }

  drop(id: string, channel: string): Promise<void> {
    return this.sessions.erase(id, channel);
  }

  renew(ids: readonly string[]): Promise<void> {
    return this.sessions.renew(ids, this.ttlMs);
  }
}
