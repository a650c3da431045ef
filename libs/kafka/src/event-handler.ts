import type { Topic } from '@halftone/contracts';
import { decodeValue, type Envelope, type Received } from './event-message';

/** A consumer edge: it declares one handler per event type as data; the service's group runs them. */
export interface EventHandlers {
  readonly handlers: readonly EventHandler[];
}

export interface EventHandler {
  readonly topic: string;
  readonly type: string;
  /** Decodes the value and returns the work. A decoding error is thrown here, not by the work. */
  prepare(envelope: Envelope, value: Buffer | null): () => Promise<void>;
}

/**
 * Declares the handler of an event type. It runs at least once per event and in order per key, so the effect belongs
 * in one transaction that starts with `once()`. A retryable DomainError is retried until it works. Any other
 * DomainError is permanent, and the event goes to the dead letters.
 */
export const on = <V>(topic: Topic<V>, type: string, handle: (event: Received<V>) => Promise<void>): EventHandler => ({
  topic: topic.name,
  type,
  prepare(envelope, bytes) {
    const value = decodeValue(topic.codec, bytes);
    return () => handle({ ...envelope, value });
  },
});
