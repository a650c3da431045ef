/**
 * One channel as this client listens to it, over however many connections. Guarantees to hand each event on at most once and in order,
 * and to hide no loss: what the numbers of the channel leave out is counted in `gaps`, what the server announces is told as a reset.
 */
import type { CursorStorage } from './cursor-storage.ts';
import type { FeedEvent, PassingEvent, ServerError } from './messages.ts';
import { Sequence } from './sequence.ts';

export interface SubscriptionOptions {
  /** `me` (the default), `gallery`, `order:ID`, `image:ID` or `customer:NAME`. Two that overlap need two clients. */
  channel?: string;
  /** Only events of these types. */
  types?: readonly string[];
  /** First what is true now, then what happens from there on; also after a reset. A cursor that was stored is not used then. */
  snapshot?: boolean;
  /** Where to begin when nothing is stored: a cursor, or `earliest`. From now unless told. */
  from?: string | undefined;
  event(event: FeedEvent): void;
  /** An event that was there already; it is not handed to `event`. */
  duplicate?(event: FeedEvent): void;
  passing?(event: PassingEvent): void;
  snapshotted?(events: readonly FeedEvent[]): void;
  /** The server cannot go on from where this client was: events may be missing. What follows is whole again. */
  reset?(): void;
  /** The server does not let this client listen; it is not asked again. */
  refused?(error: ServerError): void;
}

/** What a transport asks the server for. */
export interface Question {
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
  /** Parts of a channel have numbers left out by themselves. */
  readonly #isWhole: boolean;
  #cursor: string | undefined;
  #needsSnapshot: boolean;

  constructor(options: SubscriptionOptions, storage: CursorStorage) {
    this.channel = options.channel ?? 'me';
    this.#options = options;
    this.#storage = storage;
    this.#needsSnapshot = options.snapshot ?? false;
    const place = this.#needsSnapshot ? undefined : storage.read(this.channel);
    this.#cursor = place?.cursor ?? options.from;
    this.#sequence = new Sequence(place?.seq);
    this.#isWhole = !options.types && /^(me|gallery|customer:.*)$/.test(this.channel);
  }

  /** Where it would go on now. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  /** Events left out without a word. */
  get gaps(): number {
    return this.#isWhole ? this.#sequence.gaps : 0;
  }

  get duplicates(): number {
    return this.#sequence.duplicates;
  }

  get lastSeq(): number | undefined {
    return this.#sequence.last;
  }

  question(): Question {
    const { types } = this.#options;
    return {
      channel: this.channel,
      ...(types && { types }),
      ...(this.#needsSnapshot ? { snapshot: true } : this.#cursor !== undefined && { cursor: this.#cursor }),
    };
  }

  event(event: FeedEvent): void {
    const { duplicate } = this.#sequence.take(event.seq);
    if (duplicate) return this.#tell(() => this.#options.duplicate?.(event));
    this.#tell(() => this.#options.event(event));
    this.#moveTo(event.id);
  }

  passing(event: PassingEvent): void {
    this.#tell(() => this.#options.passing?.(event));
  }

  /** A position that came without an event. */
  place(cursor: string): void {
    if (cursor !== this.#cursor) this.#moveTo(cursor);
  }

  snapshot(cursor: string, events: readonly FeedEvent[]): void {
    this.#needsSnapshot = false;
    const last = events.reduce((highest, { seq }) => Math.max(highest, seq), 0);
    this.#sequence.startAfter(last > 0 ? last : undefined);
    this.#tell(() => this.#options.snapshotted?.(events));
    this.#moveTo(cursor);
  }

  /** Goes on at this cursor; without one, at the end of the channel. True when it needs to be asked for again. */
  reset(cursor: string | undefined): boolean {
    this.#sequence.startAfter(undefined);
    this.#needsSnapshot = this.#options.snapshot ?? false;
    this.#cursor = undefined;
    if (cursor !== undefined) this.place(cursor);
    else this.#storage.forget(this.channel);
    this.#tell(() => this.#options.reset?.());
    return this.#needsSnapshot || cursor === undefined;
  }

  /** True when it is over; a cursor nobody accepts is a reset. */
  refuse(error: ServerError): boolean {
    if (error.code === 'CURSOR_INVALID') {
      this.reset(undefined);
      return false;
    }
    this.#tell(() => this.#options.refused?.(error));
    return true;
  }

  /** What the application throws is the application's: it must not take the connection along, nor be swallowed. */
  #tell(what: () => void): void {
    try {
      what();
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  #moveTo(cursor: string): void {
    this.#cursor = cursor;
    this.#storage.write(this.channel, { cursor, seq: this.#sequence.last });
  }
}

const channelOfCollection: Readonly<Record<string, string>> = { orders: 'order', images: 'image' };

/**
 * Whose event of a WebSocket it is: there, an event says which channel it is of, but not by which subscription it was asked for. An
 * own event belongs to the filter on its subject, if there is one, else to `me`.
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

/** A passing event names no channel. */
const only = (subscriptions: ReadonlyMap<string, Subscription>): Subscription | undefined =>
  [...subscriptions.values()].find(({ channel }) => channel.startsWith('customer:'));

/** Events would come twice, and not even in order: each subscription has a past of its own. */
export const overlap = (one: string, other: string): boolean => {
  const isPart = (channel: string) => /^(order|image):/.test(channel);
  return one === other || (one === 'me' && isPart(other)) || (other === 'me' && isPart(one));
};
