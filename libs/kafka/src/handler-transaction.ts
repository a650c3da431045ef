import { type AnyTx, recordInInbox, removeFromInbox } from '@halftone/postgres';
import type { EventHandler } from './event-handler';
import type { Envelope } from './event-message';

/** An event and its handler. */
export interface Delivery {
  envelope: Envelope;
  value: unknown;
  handler: EventHandler;
}

/** A delivery in a running transaction. `within` runs the work of this event in its trace. */
export interface RunningDelivery extends Delivery {
  within<R>(work: () => R): R;
}

/** The progress of a transaction: `running` is the index of the event whose handler runs. */
export interface Progress {
  running?: number | undefined;
}

interface Numbered {
  delivery: Delivery;
  index: number;
}

/**
 * Records the events in the inbox and calls the handlers of the new ones, in order. Returns how many of the events are
 * done: from the first event on that it would begin when it `isLate`, all are left for another transaction.
 */
export async function handleNew(
  tx: AnyTx,
  group: string,
  deliveries: readonly RunningDelivery[],
  { progress, isLate }: { progress: Progress; isLate(): boolean },
): Promise<number> {
  progress.running = undefined;
  const fresh = await recordInInbox(tx, group, deliveries.map(idOf));
  const pending = deliveries.flatMap((delivery, index) => (fresh.delete(idOf(delivery)) ? [{ delivery, index }] : []));
  for (const [position, { delivery, index }] of pending.entries()) {
    if (position > 0 && isLate()) return leave(tx, group, pending.slice(position));
    progress.running = index;
    const { envelope, value, handler } = delivery;
    await delivery.within(() => handler.handle(tx, { ...envelope, value }));
    progress.running = undefined;
  }
  return deliveries.length;
}

/** PostgreSQL writes a UUID in lower case. */
const idOf = ({ envelope }: Delivery): string => envelope.id.toLowerCase();

async function leave(tx: AnyTx, group: string, rest: readonly Numbered[]): Promise<number> {
  const ids = rest.map(({ delivery }) => idOf(delivery));
  await removeFromInbox(tx, group, ids);
  return rest[0]?.index ?? 0;
}
