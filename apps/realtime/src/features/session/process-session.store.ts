import type { SessionSubscription, Session, SessionStore } from './session.store';

interface StoredSession {
  customer: string;
  subscriptions: Map<string, SessionSubscription>;
  expires: number;
}

/** The most sessions of a process; beyond it the least recently renewed one is dropped. */
const maxSessions = 20_000;

/** Stores sessions in the process, for clients that a sticky load balancer returns to the same replica. */
export class ProcessSessionStore implements SessionStore {
  /** In the order of renewal. */
  private readonly sessions = new Map<string, StoredSession>();

  constructor(
    private readonly ttlMs: number,
    private readonly limit = maxSessions,
    private readonly now: () => number = Date.now,
  ) {}

  async read(id: string): Promise<Session | undefined> {
    this.forget();
    const stored = this.sessions.get(id);
    return stored && { customer: stored.customer, subscriptions: [...stored.subscriptions.values()] };
  }

  async begin(id: string, customer: string): Promise<void> {
    this.sessions.set(id, { customer, subscriptions: new Map(), expires: this.now() + this.ttlMs });
    this.forget();
  }

  async keep(id: string, subscription: SessionSubscription): Promise<void> {
    this.sessions.get(id)?.subscriptions.set(subscription.channel, subscription);
  }

  async drop(id: string, channel: string): Promise<void> {
    this.sessions.get(id)?.subscriptions.delete(channel);
  }

  async renew(ids: readonly string[]): Promise<void> {
    const expires = this.now() + this.ttlMs;
    for (const id of ids) {
      const stored = this.sessions.get(id);
      this.sessions.delete(id);
      if (stored) this.sessions.set(id, { ...stored, expires });
    }
    this.forget();
  }

  private forget(): void {
    const now = this.now();
    for (const [id, { expires }] of this.sessions) {
      if (expires > now && this.sessions.size <= this.limit) return;
      this.sessions.delete(id);
    }
  }
}
