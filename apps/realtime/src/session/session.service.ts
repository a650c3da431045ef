import { randomBytes } from 'node:crypto';
import { gauge, Lifecycle } from '@halftone/service';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type RealtimeConfig } from '../config';
import type { Peer } from '../message/message.handler';
import { type Kept, SESSION_STORE, type SessionStore } from './session.store';

const sessions = gauge('realtime_sessions', 'Sessions of connections that are open');

/** How often sessions in use are renewed within the time after which they would be forgotten. */
const renewals = 3;

/**
 * What survives a change of server besides the client's own memory: the subscriptions of a session and how far each was acknowledged. A
 * session begins with `resume`; its name is a secret of its client, and it answers to nobody but the customer who began it.
 *
 * What was sent but not acknowledged comes again after a change. A store that is away costs the session, never the connection.
 */
@Injectable()
export class SessionService {
  /** By connection; those that asked for none have no entry. */
  private readonly ids = new Map<Peer, string>();
  private renewal: NodeJS.Timeout | undefined;

  constructor(
    @Inject(CONFIG) { REALTIME_SESSION_SECONDS }: RealtimeConfig,
    @Inject(SESSION_STORE) private readonly store: SessionStore | undefined,
    lifecycle: Lifecycle,
  ) {
    const everyMs = (REALTIME_SESSION_SECONDS * 1_000) / renewals;
    lifecycle.onStart('serve', 'sessions', async () => {
      this.renewal = setInterval(() => void this.renew(), everyMs).unref();
    });
    lifecycle.onStop('flush', 'sessions', async () => clearInterval(this.renewal));
  }

  /** Tells the client its session and answers what has to be subscribed to again: nothing, where a new one begins. */
  async resume(peer: Peer, known: string | undefined): Promise<readonly Kept[]> {
    if (!this.store) {
      peer.send({ type: 'session', id: null, resumed: [] });
      return [];
    }
    const found = known === undefined ? undefined : await this.store.read(known);
    const { customer } = peer.principal;
    const session = found?.customer === customer ? found : undefined;
    // A connection begins one session, however often it asks.
    const id = session && known ? known : (this.ids.get(peer) ?? (await this.begin(customer)));
    this.ids.set(peer, id);
    sessions.set(this.ids.size);
    const subscriptions = session?.subscriptions ?? [];
    peer.send({ type: 'session', id, resumed: subscriptions.map(({ channel, cursor }) => ({ channel, cursor })) });
    return subscriptions;
  }

  /** It begins, or was dealt with up to another place. */
  keep(peer: Peer, subscription: Kept): void {
    const id = this.ids.get(peer);
    if (id !== undefined) void this.store?.keep(id, subscription);
  }

  drop(peer: Peer, channel: string): void {
    const id = this.ids.get(peer);
    if (id !== undefined) void this.store?.drop(id, channel);
  }

  /** Its time runs from now on. */
  left(peer: Peer): void {
    const id = this.ids.get(peer);
    if (id === undefined) return;
    this.ids.delete(peer);
    sessions.set(this.ids.size);
    void this.store?.renew([id]);
  }

  private async begin(customer: string): Promise<string> {
    const id = randomBytes(24).toString('base64url');
    await this.store?.begin(id, customer);
    return id;
  }

  private async renew(): Promise<void> {
    await this.store?.renew([...this.ids.values()]);
  }
}
