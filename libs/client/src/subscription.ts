/**
 * A subscription to one channel, over any number of connections. Guarantees that each event is delivered at most once
 * and in order, and that no loss is hidden: skipped numbers are counted in `gaps`, an announced loss is reported as a
 * reset.
 */
import type { CursorStorage } from './cursor-storage.ts';
import type { FeedEvent, EphemeralEvent, ServerError } from './messages.ts';
import { Sequence } from './sequence.ts';

export interface SubscriptionOptions {
  /** `me` (the default), `gallery`, `order:ID`, `image:ID` or `customer:NAME`. Two that overlap need two clients. */
  channel?: string;
  /** Only events of these types. */
  types?: readonly string[];
  /** First the current state, then the events after it; also after a reset. A stored cursor is not used then. */
  snapshot?: boolean;
  /** Where to begin without a stored cursor: a cursor, or `earliest`. From now by default. */
  from?: string | undefined;
  event(event: FeedEvent): void;
  /** A duplicate event; it is not passed to `event`. */
  duplicate?(event: FeedEvent): void;
  ephemeral?(event: EphemeralEvent): void;
  snapshotted?(events: readonly FeedEvent[]): void;
  /** The server cannot continue from the cursor: events may be missing. The events after this are complete. */
  reset?(): void;
  /** The server refused this subscription; it is not retried. */
  refused?(error: ServerError): void;
}

/** The subscription request of a transport. */
export interface SubscribeRequest {
  channel: string;
  types?: readonly string[];
  cursor?: string;
  snapshot?: true;
}

export class Subscription {
  readonly channel: string;
  readonly #options: SubscriptionOptions;
  readonly #storage: CursorStorage;
  readonly #sequence: Sequence;
  /** A filter on a channel skips numbers. */
  readonly #isWhole: boolean;
  #cursor: string | undefined;
  #needsSnapshot: boolean;

  constructor(options: SubscriptionOptions, storage: CursorStorage) {
    this.channel = options.channel ?? 'me';
    this.#options = options;
    this.#storage = storage;
    this.#needsSnapshot = options.snapshot ?? false;
    const position = this.#needsSnapshot ? undefined : storage.read(this.channel);
    this.#cursor = position?.cursor ?? options.from;
    this.#sequence = new Sequence(position?.seq);
    this.#isWhole = !options.types && /^(me|gallery|customer:.*)$/.test(this.channel);
  }

  /** The cursor to continue from. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  /** Missing events that no reset announced. */
  get gaps(): number {
    return this.#isWhole ? this.#sequence.gaps : 0;
  }

  get duplicates(): number {
    return this.#sequence.duplicates;
  }

  get lastSeq(): number | undefined {
    return this.#sequence.last;
  }

  request(): SubscribeRequest {
    const { types } = this.#options;
    return {
      channel: this.channel,
      ...(types && { types }),
      ...(this.#needsSnapshot ? { snapshot: true } : this.#cursor !== undefined && { cursor: this.#cursor }),
    };
  }

  event(event: FeedEvent): void {
    const { duplicate } = this.#sequence.record(event.seq);
    if (duplicate) return this.#notify(() => this.#options.duplicate?.(event));
    this.#notify(() => this.#options.event(event));
    this.#setCursor(event.id);
  }

  ephemeral(event: EphemeralEvent): void {
    this.#notify(() => this.#options.ephemeral?.(event));
  }

  /** A position without an event. */
  moveTo(cursor: string): void {
    if (cursor !== this.#cursor) this.#setCursor(cursor);
  }

  snapshot(cursor: string, events: readonly FeedEvent[]): void {
    this.#needsSnapshot = false;
    const last = events.reduce((highest, { seq }) => Math.max(highest, seq), 0);
    this.#sequence.startAfter(last > 0 ? last : undefined);
    this.#notify(() => this.#options.snapshotted?.(events));
    this.#setCursor(cursor);
  }

  /** Continues at this cursor; without one, at the end of the channel. Returns true when it must be requested again. */
  reset(cursor: string | undefined): boolean {
    this.#sequence.startAfter(undefined);
    this.#needsSnapshot = this.#options.snapshot ?? false;
    this.#cursor = undefined;
    if (cursor !== undefined) this.moveTo(cursor);
    else this.#storage.forget(this.channel);
    this.#notify(() => this.#options.reset?.());
    return this.#needsSnapshot || cursor === undefined;
  }

  /** Returns true when the subscription is over; an invalid cursor is a reset. */
  refuse(error: ServerError): boolean {
    if (error.code === 'CURSOR_INVALID') {
      this.reset(undefined);
      return false;
    }
    this.#notify(() => this.#options.refused?.(error));
    return true;
  }

  /** An error of the application must neither end the connection nor be swallowed. */
  #notify(callback: () => void): void {
    try {
      callback();
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  #setCursor(cursor: string): void {
    this.#cursor = cursor;
    this.#storage.write(this.channel, { cursor, seq: this.#sequence.last });
  }
}

const channelOfCollection: Readonly<Record<string, string>> = { orders: 'order', images: 'image' };

/**
 * The subscription of a WebSocket event: the event has its channel, but not the subscription. An event of the own
 * channel belongs to the filter on its subject, if there is one, else to `me`.
 */
export function recipientOf(
  event: Pick<FeedEvent, 'subject'> & { channel?: string },
  subscriptions: ReadonlyMap<string, Subscription>,
): Subscription | undefined {
  const { channel, subject } = event;
  const named = channel === undefined ? undefined : subscriptions.get(channel);
  if (named || channel === 'gallery') return named;
  const [collection = '', id = ''] = subject.split('/', 2);
  return (
    subscriptions.get(`${channelOfCollection[collection]}:${id}`) ?? subscriptions.get('me') ?? only(subscriptions)
  );
}

/** An ephemeral event has no channel. */
const only = (subscriptions: ReadonlyMap<string, Subscription>): Subscription | undefined =>
  [...subscriptions.values()].find(({ channel }) => channel.startsWith('customer:'));

/**
 * Whether two subscriptions share events. Their events would arrive twice and not in order, because each subscription
 * has its own history.
 */
export const overlap = (one: string, other: string): boolean => {
  const isPart = (channel: string) => /^(order|image):/.test(channel);
  return one === other || (one === 'me' && isPart(other)) || (other === 'me' && isPart(one));
};
