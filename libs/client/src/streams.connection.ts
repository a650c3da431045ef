/**
 * Over plain HTTP every subscription is a request of its own; together they are one connection: it is open once all of them are, and
 * when one ends, all do. What is said goes by POST, once the server has given the first of the streams a name to say it under.
 */
import { retryAfterMs } from './backoff.ts';
import type { Ending } from './itinerary.ts';
import type { Command, ServerError, ServerMessage } from './messages.ts';
import type { Subscription } from './subscription.ts';
import { Talk } from './talk.ts';
import { isAboutCredentials, isFinal, problemOf, type Connection, type Hearing, type Opening } from './transport.ts';

/** What the request of one subscription tells. */
export interface Stream {
  readonly subscription: Subscription;
  readonly opening: Opening;
  readonly signal: AbortSignal;
  /** Everything after the cursor arrives from here on. */
  opened(): void;
  goodbye(comeBackInMs: number): void;
  /** It is the one to ask for a name. */
  readonly mayTalk: boolean;
  named(peer: string): void;
  /** A message that is no subscription's. */
  said(message: ServerMessage): void;
}

/** Resolves or rejects when its request is over; a `Refusal` when the server answered with one. */
export type Listen = (stream: Stream) => Promise<void>;

/** An answer that is none of the expected. */
export class Refusal extends Error {
  readonly status: number;
  readonly problem: ServerError;
  readonly retryAfterMs: number | undefined;

  private constructor(response: Response, problem: ServerError) {
    super(`refused with ${response.status} ${problem.code}: ${problem.message}`);
    this.status = response.status;
    this.problem = problem;
    this.retryAfterMs = retryAfterMs(response.headers.get('retry-after'));
  }

  /** Reads the whole answer. */
  static async of(response: Response): Promise<Refusal> {
    return new Refusal(response, await problemOf(response));
  }
}

export class StreamsConnection implements Connection {
  readonly ended: Promise<Ending>;
  readonly #opening: Opening;
  readonly #hearing: Hearing;
  readonly #listen: Listen;
  readonly #settle: (ending: Ending) => void;
  readonly #stop = new AbortController();
  readonly #streams = new Map<Subscription, AbortController>();
  readonly #unopened = new Set<Subscription>();
  readonly #begunAt = performance.now();
  #openedAt: number | undefined;
  #comeBackInMs: number | undefined;
  /** Undefined where nothing can be said, or nobody knows who says it. */
  readonly #talk: Talk | undefined;

  constructor(opening: Opening, hearing: Hearing, listen: Listen, talks = false) {
    this.#opening = opening;
    this.#hearing = hearing;
    this.#listen = listen;
    const { promise, resolve } = Promise.withResolvers<Ending>();
    this.ended = promise;
    this.#settle = resolve;
    if (talks && opening.token !== undefined) this.#talk = new Talk(opening, this.#stop.signal, told(hearing));
    for (const subscription of opening.subscriptions.values()) this.add(subscription);
    // Not within the constructor: nobody could know yet whose connection it is.
    queueMicrotask(() => this.#openedIfAll());
  }

  send(command: Command): boolean {
    if (!this.#talk || this.#streams.size === 0 || this.#stop.signal.aborted) return false;
    this.#talk.say(command);
    return true;
  }

  add(subscription: Subscription): void {
    this.#unopened.add(subscription);
    this.#listenTo(subscription);
  }

  remove(subscription: Subscription): void {
    this.#streams.get(subscription)?.abort();
    this.#streams.delete(subscription);
    this.#opened(subscription);
  }

  close(): void {
    this.#end('closed by this client');
  }

  #listenTo(subscription: Subscription): void {
    const own = new AbortController();
    this.#streams.set(subscription, own);
    void this.#run(subscription, AbortSignal.any([own.signal, this.#stop.signal]));
  }

  async #run(subscription: Subscription, signal: AbortSignal): Promise<void> {
    const stream: Stream = {
      subscription,
      opening: this.#opening,
      signal,
      opened: () => this.#opened(subscription),
      goodbye: (comeBackInMs) => (this.#comeBackInMs = comeBackInMs),
      mayTalk: this.#talk !== undefined && this.#streams.keys().next().value === subscription,
      named: (peer) => this.#talk?.named(peer),
      said: (message) => this.#hearing.message(message),
    };
    try {
      await this.#listen(stream);
      if (!signal.aborted) this.#end('ended by the server');
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Refusal) this.#refused(subscription, error);
      else this.#end(error instanceof Error ? error.message : String(error));
    }
  }

  #refused(subscription: Subscription, { problem, message, retryAfterMs }: Refusal): void {
    if (!isFinal(problem.code)) {
      this.#end(message, { retryAfterMs, unauthenticated: isAboutCredentials(problem.code) });
    } else if (subscription.refuse(problem)) {
      this.remove(subscription);
      this.#hearing.refused(subscription);
    } else this.#listenTo(subscription);
  }

  #opened(subscription: Subscription): void {
    if (this.#unopened.delete(subscription)) this.#openedIfAll();
  }

  #openedIfAll(): void {
    if (this.#openedAt !== undefined || this.#unopened.size > 0 || this.#stop.signal.aborted) return;
    this.#openedAt = performance.now();
    this.#hearing.opened();
  }

  #end(why: string, more: Partial<Ending> = {}): void {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    this.#settle({
      opened: this.#openedAt !== undefined,
      livedMs: performance.now() - (this.#openedAt ?? this.#begunAt),
      comeBackInMs: this.#comeBackInMs,
      why,
      ...more,
    });
  }
}

const told =
  (hearing: Hearing) =>
  (error: ServerError): void =>
    hearing.message({ type: 'error', ...error });
