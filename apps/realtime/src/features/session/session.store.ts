/** One subscription of a session, by the client's name of the channel. */
export interface SessionSubscription {
  channel: string;
  /** The client has processed everything up to this cursor. */
  cursor: string;
  types?: readonly string[] | undefined;
}

export interface Session {
  customer: string;
  subscriptions: readonly SessionSubscription[];
}

/** Stores sessions while their client is disconnected. A session that is not renewed expires. */
export interface SessionStore {
  /** Undefined for an unknown or expired session, and while the store is down. */
  read(id: string): Promise<Session | undefined>;
  begin(id: string, customer: string): Promise<void>;
  keep(id: string, subscription: SessionSubscription): Promise<void>;
  drop(id: string, channel: string): Promise<void>;
  /** Renews the time to live. */
  renew(ids: readonly string[]): Promise<void>;
}

/** The injection token of the configured store; undefined if clients store their own state. */
export const SESSION_STORE = Symbol('session store');
