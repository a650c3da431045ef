/** One subscription of a session, by the name that the client gave the channel. */
export interface Kept {
  channel: string;
  /** Everything up to here has been dealt with. */
  cursor: string;
  types?: readonly string[] | undefined;
}

export interface Session {
  customer: string;
  subscriptions: readonly Kept[];
}

/** Where sessions are while their client is away. One that nobody renews for a while is forgotten. */
export interface SessionStore {
  /** Undefined: unknown, forgotten, or not known to anybody now. */
  read(id: string): Promise<Session | undefined>;
  begin(id: string, customer: string): Promise<void>;
  keep(id: string, subscription: Kept): Promise<void>;
  drop(id: string, channel: string): Promise<void>;
  /** They are in use. */
  renew(ids: readonly string[]): Promise<void>;
}

/** Token of the one that the configuration names; undefined where every client remembers for itself. */
export const SESSION_STORE = Symbol('session store');
