/**
 * Over plain HTTP every subscription is a request; together they form one connection. It is open once all of them
 * are, and when one ends, all do. Commands are sent by POST once the server has given the first stream a peer id.
 */
import { retryAfterMs } from './backoff.ts';
import { CommandSender } from './command-sender.ts';
import type { Ending } from './reconnect-policy.ts';
import type { Command, ServerError, ServerMessage } from './messages.ts';
import type { Subscription } from './subscription.ts';
import {
  isAboutCredentials,
  isFinal,
  problemOf,
  type Connection,
  type ConnectionContext,
  type ConnectionListener,
} from './transport.ts';

/** The request of one subscription. */
export interface Stream {
  readonly subscription: Subscription;
  readonly context: ConnectionContext;
  readonly signal: AbortSignal;
  /** Call it once every event after the cursor will arrive. */
  opened(): void;
  goodbye(reconnectInMs: number): void;
  /** Whether this stream must request a peer id. */
  readonly mayTalk: boolean;
  setPeer(peer: string): void;
  /** A message that belongs to no subscription. */
  message(message: ServerMessage): void;
}

/** Resolves or rejects when its request is over; rejects with a `Refusal` when the server sent one. */
export type Listen = (stream: Stream) => Promise<void>;

/** An error response of the server. */
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

  /** Reads the whole response. */
  static async of(response: Response): Promise<Refusal> {
    return new Refusal(response, await problemOf(response));
  }
}

export class StreamsConnection implements Connection {
  readonly ended: Promise<Ending>;
  readonly #context: ConnectionContext;
  readonly #listener: ConnectionListener;
  readonly #listen: Listen;
  readonly #settle: (ending: Ending) => void;
  readonly #stop = new AbortController();
  readonly #streams = new Map<Subscription, AbortController>();
  readonly #unopened = new Set<Subscription>();
  readonly #begunAt = performance.now();
  #openedAt: number | undefined;
  #reconnectInMs: number | undefined;
  /** Undefined for a transport without commands and for an anonymous client. */
  readonly #sender: CommandSender | undefined;

  constructor(context: ConnectionContext, listener: ConnectionListener, listen: Listen, takesCommands = false) {
    this.#context = context;
    this.#listener = listener;
    this.#listen = listen;
    const { promise, resolve } = Promise.withResolvers<Ending>();
    this.ended = promise;
    this.#settle = resolve;
    if (takesCommands && context.token !== undefined)
      this.#sender = new CommandSender(context, this.#stop.signal, (error) =>
        listener.message({ type: 'error', ...error }),
      );
    for (const subscription of context.subscriptions.values()) this.add(subscription);
    // Not within the constructor: the caller does not have the connection yet.
    queueMicrotask(() => this.#openedIfAll());
  }

  send(command: Command): boolean {
    if (!this.#sender || this.#streams.size === 0 || this.#stop.signal.aborted) return false;
    return this.#sender.send(command);
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
      context: this.#context,
      signal,
      opened: () => this.#opened(subscription),
      goodbye: (reconnectInMs) => (this.#reconnectInMs = reconnectInMs),
      mayTalk: this.#sender !== undefined && this.#streams.keys().next().value === subscription,
      setPeer: (peer) => this.#sender?.setPeer(peer),
      message: (message) => this.#listener.message(message),
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
      this.#listener.refused(subscription);
    } else this.#listenTo(subscription);
  }

  #opened(subscription: Subscription): void {
    if (this.#unopened.delete(subscription)) this.#openedIfAll();
  }

  #openedIfAll(): void {
    if (this.#openedAt !== undefined || this.#unopened.size > 0 || this.#stop.signal.aborted) return;
    this.#openedAt = performance.now();
    this.#listener.opened();
  }

  #end(reason: string, more: Partial<Ending> = {}): void {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    this.#settle({
      opened: this.#openedAt !== undefined,
      livedMs: performance.now() - (this.#openedAt ?? this.#begunAt),
      reconnectInMs: this.#reconnectInMs,
      reason,
      ...more,
    });
  }
}
