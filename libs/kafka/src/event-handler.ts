import type { Topic } from '@halftone/contracts';
import type { AnyTx } from '@halftone/postgres';
import { decodeValue, type Received } from './event-message';

/** A consumer edge: it declares one handler per event type as data; the service's group runs them. */
export interface EventHandlers {
  readonly handlers: readonly EventHandler[];
}

export interface EventHandler {
  readonly topic: string;
  readonly type: string;
  /** Throws UndecodableError. */
  decode(bytes: Buffer | null): unknown;
  handle(tx: AnyTx, event: Received<unknown>): Promise<void>;
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
  topic: topic.name,
  type,
  decode: (bytes) => decodeValue(topic.codec, bytes),
  // The group's database opens the transaction, and the value comes from the topic's codec.
  handle: handle as unknown as EventHandler['handle'],
});
