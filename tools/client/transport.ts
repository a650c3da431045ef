/** What the three ways of listening have in common; each is one function in a file of its own. */
export interface FeedEvent {
  id: string;
  seq: number;
  channel: string;
  type: string;
  subject: string;
  time: string;
  data: Record<string, unknown>;
}

/** A passing event has neither id nor place in the sequence and is never replayed. */
export type PassingEvent = Pick<FeedEvent, 'type' | 'subject' | 'time' | 'data'>;

export interface Connection {
  /** Base address of one replica. */
  url: string;
  token: string;
  /** Where to go on; undefined listens from now. */
  cursor: string | undefined;
}

/** What a transport tells while it lives. */
export interface Sink {
  /** Everything after the cursor arrives from here on. */
  opened(): void;
  event(event: FeedEvent): void;
  passing(event: PassingEvent): void;
  /** A position that came without an event. */
  cursor(cursor: string): void;
  /** The server says that it cannot go on from the cursor: events may be missing. */
  reset(): void;
  /** The server is about to end the connection and asks to come back in so many ms, elsewhere. */
  goodbye(reconnectInMs: number): void;
}

/** Resolves or rejects when the connection has ended, for whatever reason. */
export type Transport = (to: Connection, sink: Sink, signal: AbortSignal) => Promise<void>;

export const eventsUrl = (base: string, query: Record<string, string | undefined> = {}): string => {
  const url = new URL(base.includes('/v1/events') ? base : `${base.replace(/\/$/, '')}/v1/events`);
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
};

export const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

/** Sorts what came over any transport: a reset, a passing event, or an event of the feed. */
export function deliver(message: Partial<FeedEvent> & { type: string }, sink: Sink): void {
  if (message.type === 'reset') sink.reset();
  else if (message.id !== undefined && message.seq !== undefined) sink.event(message as FeedEvent);
  else sink.passing(message as PassingEvent);
}
