import type { Topic } from '@halftone/contracts';
import type { AnyTx } from '@halftone/postgres';
import { decodeValue, type Received } from './event-message';

/** A consumer edge: it declares one handler per event type as data; the service's group runs them. */
export interface EventHandlers {
  readonly handlers: readonly EventHandler[];
}

/** The handler of one event type: for each event (`on`), or for many together (`onBatch`). */
export interface EventHandler {
  readonly topic: string;
  readonly type: string;
  /** Throws UndecodableError. */
  decode(bytes: Buffer | null): unknown;
  readonly effect: EachEffect | BatchEffect;
}

export interface EachEffect {
  each(tx: AnyTx, event: Received<unknown>): Promise<void>;
}

/** `toInput` belongs to the event type; handlers with the same `all` are called together. */
export interface BatchEffect {
  toInput(event: Received<unknown>): unknown;
  all(tx: AnyTx, inputs: readonly unknown[]): Promise<void>;
}

/**
 * Declares the handler of an event type. The group calls it in a transaction that records the event in the inbox, so its
 * effect happens once per event, in order per key; what it does outside the transaction may happen again. Several events
 * may share a transaction. A retryable DomainError is retried until it works. Any other DomainError is permanent, and the
 * event goes to the dead letters.
 */
export const on = <V, T extends AnyTx>(
  topic: Topic<V>,
  type: string,
  handle: (tx: T, event: Received<V>) => Promise<void>,
): EventHandler => ({
  ...sourceOf(topic, type),
  // The group's database opens the transaction, and the value comes from the topic's codec.
  effect: { each: handle as unknown as EachEffect['each'] },
});

/** Event types of one topic, and what a batch handler gets for an event of them. */
export interface EventSource<In> {
  handlersOf(all: (tx: AnyTx, inputs: readonly In[]) => Promise<void>): EventHandler[];
}

export const from = <V, In>(
  topic: Topic<V>,
  types: readonly string[],
  toInput: (event: Received<V>) => In,
): EventSource<In> => ({
  handlersOf: (all) =>
    types.map((type) => ({ ...sourceOf(topic, type), effect: { toInput, all } as unknown as BatchEffect })),
});

/**
 * Declares one handler for many events: it is called with consecutive events of these sources, in order, in one
 * transaction. The guarantees are those of `on`. If it throws, its events are handled again in smaller batches, at last
 * one by one, so that only the events at fault are retried.
 */
export const onBatch = <In, T extends AnyTx>(
  sources: readonly EventSource<In>[],
  handle: (tx: T, inputs: readonly In[]) => Promise<void>,
): EventHandler[] => {
  const all = (tx: AnyTx, inputs: readonly In[]) => handle(tx as T, inputs);
  return sources.flatMap((source) => source.handlersOf(all));
};

const sourceOf = <V>(topic: Topic<V>, type: string) => ({
  topic: topic.name,
  type,
  decode: (bytes: Buffer | null) => decodeValue(topic.codec, bytes),
});
