import type { Topic } from '@halftone/contracts';
import { decodeValue, type Envelope, type Received } from './event-message';

/** A consumer edge: its handlers are declared as data, one per event type, and run by the service's one group. */
export interface EventHandlers {
  readonly handlers: readonly EventHandler[];
}

export interface EventHandler {
  readonly topic: string;
  readonly type: string;
  /** Decodes, and gives back the work; decoding fails here, apart from the work. */
  prepare(envelope: Envelope, value: Buffer | null): () => Promise<void>;
}

/**
 * Declares what to do about an event. Handlers run at least once per event and in order per key, so the effect belongs in one
 * transaction that starts with `once()`. A retryable DomainError is tried again until it works; any other DomainError
 * says that trying again cannot help, and the event goes to the dead letters.
 */
export const on = <V>(topic: Topic<V>, type: string, handle: (event: Received<V>) => Promise<void>): EventHandler => ({
  topic: topic.name,
  type,
  prepare(envelope, bytes) {
    const value = decodeValue(topic.codec, bytes);
    return () => handle({ ...envelope, value });
  },
});
