import type { Kept, Session, SessionStore } from './session.store';

interface Held {
  customer: string;
  subscriptions: Map<string, Kept>;
  expires: number;
}

/** Sessions of a process; beyond these the one that was renewed longest ago is forgotten. */
const most = 20_000;

/** The process remembers: for clients that the load balancer brings back to the same replica, as long as that lives. */
export class ProcessStore implements SessionStore {
  /** The one that was renewed longest ago comes first. */
  private readonly sessions = new Map<string, Held>();

  constructor(
    private readonly ttlMs: number,
    private readonly limit = most,
    private readonly now: () => number = Date.now,
  ) {}

  async read(id: string): Promise<Session | undefined> {
    this.forget();
    const held = this.sessions.get(id);
    return held && { customer: held.customer, subscriptions: [...held.subscriptions.values()] };
  }

  async begin(id: string, customer: string): Promise<void> {
    this.sessions.set(id, { customer, subscriptions: new Map(), expires: this.now() + this.ttlMs });
    this.forget();
  }

  async keep(id: string, subscription: Kept): Promise<void> {
    this.sessions.get(id)?.subscriptions.set(subscription.channel, subscription);
  }

  async drop(id: string, channel: string): Promise<void> {
    this.sessions.get(id)?.subscriptions.delete(channel);
  }

  async renew(ids: readonly string[]): Promise<void> {
    const expires = this.now() + this.ttlMs;
    for (const id of ids) {
      const held = this.sessions.get(id);
      this.sessions.delete(id);
      if (held) this.sessions.set(id, { ...held, expires });
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
