import { randomBytes } from 'node:crypto';
import { gauge, PollLoop } from '@halftone/service';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type RealtimeConfig } from '../../config';
import type { Peer } from '../../message/message-router.service';
import { type SessionSubscription, SESSION_STORE, type SessionStore } from './session.store';

const sessions = gauge('realtime_sessions', 'Sessions of open connections');

/** How often an open session is renewed within its time to live. */
const renewals = 3;

/**
 * Sessions let a client resume at another server: a session stores its subscriptions and their acknowledged cursors. It starts with
 * `resume`; its id is a secret of the client, and only the same customer can use it.
 *
 * Unacknowledged events are sent again after a resume. An outage of the store loses the session, never the connection.
 */
@Injectable()
export class SessionService {
  /** By connection; one without a session has no entry. */
  private readonly ids = new Map<Peer, string>();
  private readonly renewal: PollLoop;

  constructor(
    @Inject(CONFIG) { REALTIME_SESSION_SECONDS }: RealtimeConfig,
    @Inject(SESSION_STORE) private readonly store: SessionStore | undefined,
  ) {
    const everyMs = (REALTIME_SESSION_SECONDS * 1_000) / renewals;
    this.renewal = new PollLoop({ name: 'realtime.sessions', everyMs, run: () => this.renew() });
  }

  start(): void {
    this.renewal.start();
  }

  async stop(): Promise<void> {
    await this.renewal.stop();
  }

  /** Sends the session to the client and returns the subscriptions to resume: none for a new session. */
  async resume(peer: Peer, known: string | undefined): Promise<readonly SessionSubscription[]> {
    // Read first, because it throws for an anonymous connection.
    const { customer } = peer.principal;
    if (!this.store) {
      peer.send({ type: 'session', id: null, resumed: [] });
      return [];
    }
    const found = known === undefined ? undefined : await this.store.read(known);
    const session = found?.customer === customer ? found : undefined;
    // A connection has at most one session.
    const id = session && known ? known : (this.ids.get(peer) ?? (await this.begin(customer)));
    this.ids.set(peer, id);
    sessions.set(this.ids.size);
    const subscriptions = session?.subscriptions ?? [];
    peer.send({ type: 'session', id, resumed: subscriptions.map(({ channel, cursor }) => ({ channel, cursor })) });
    return subscriptions;
  }

  /** Stores a new subscription, or its acknowledged cursor. */
  keep(peer: Peer, subscription: SessionSubscription): void {
    const id = this.ids.get(peer);
    if (id !== undefined) void this.store?.keep(id, subscription);
  }

  drop(peer: Peer, channel: string): void {
    const id = this.ids.get(peer);
    if (id !== undefined) void this.store?.drop(id, channel);
  }

  /** The time to live of the session starts now. */
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
