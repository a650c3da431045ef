import type { Sessions } from '@halftone/redis';
import { z } from 'zod';
import type { Kept, Session, SessionStore } from './session.store';

const kept = z.object({ cursor: z.string(), types: z.array(z.string()).optional() });

/** No channel's name. */
const owner = '@customer';

/** Redis remembers: for clients that come back to any replica, whatever has become of the one they had. */
export class SharedStore implements SessionStore {
  constructor(
    private readonly sessions: Sessions,
    private readonly ttlMs: number,
  ) {}

  async read(id: string): Promise<Session | undefined> {
    const { [owner]: customer, ...channels } = (await this.sessions.read(id)) ?? {};
    if (customer === undefined) return undefined;
    const subscriptions = Object.entries(channels).map(([channel, text]): Kept => {
      return { channel, ...kept.parse(JSON.parse(text)) };
    });
    return { customer, subscriptions };
  }

  begin(id: string, customer: string): Promise<void> {
    return this.sessions.write(id, { [owner]: customer }, this.ttlMs);
  }

  keep(id: string, { channel, cursor, types }: Kept): Promise<void> {
    return this.sessions.write(id, { [channel]: JSON.stringify({ cursor, types }) }, this.ttlMs);
  }

  drop(id: string, channel: string): Promise<void> {
    return this.sessions.erase(id, channel);
  }

  renew(ids: readonly string[]): Promise<void> {
    return this.sessions.renew(ids, this.ttlMs);
  }
}
