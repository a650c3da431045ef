import { type AnyTx, recordInInbox, removeFromInbox } from '@halftone/postgres';
import type { BatchEffect, EventHandler } from './event-handler';
import type { Envelope } from './event-message';

/** An event and its handler. */
export interface Delivery {
  envelope: Envelope;
  value: unknown;
  handler: EventHandler;
}

/** A delivery in a running transaction. `within` runs the work of this event in its trace, which `traceparent` names. */
export interface RunningDelivery extends Delivery {
  within<R>(work: () => R): R;
  traceparent(): string | undefined;
}

/** What a transaction is doing: `running` is the index of the event that is handled alone at the moment. */
export interface Progress {
  running?: number | undefined;
}

interface Numbered {
  delivery: RunningDelivery;
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
  const pending = deliveries.map((delivery, index) => ({ delivery, index }));
  const runs = runsOf(pending.filter(({ delivery }) => fresh.delete(idOf(delivery))));
  for (const [position, run] of runs.entries()) {
    if (position > 0 && isLate()) return leave(tx, group, runs.slice(position).flat());
    await handleRun(tx, run, progress);
    progress.running = undefined;
  }
  return deliveries.length;
}

/** PostgreSQL writes a UUID in lower case. */
const idOf = ({ envelope }: Delivery): string => envelope.id.toLowerCase();

/** Consecutive events of the same batch handler, or one event. */
export function runsOf<D extends { delivery: Delivery }>(pending: readonly D[]): D[][] {
  const runs: D[][] = [];
  let last: unknown;
  for (const one of pending) {
    const { effect } = one.delivery.handler;
    const all = 'all' in effect ? effect.all : undefined;
    if (all !== undefined && all === last) runs.at(-1)?.push(one);
    else runs.push([one]);
    last = all;
  }
  return runs;
}

async function leave(tx: AnyTx, group: string, rest: readonly Numbered[]): Promise<number> {
  await removeFromInbox(
    tx,
    group,
    rest.map(({ delivery }) => idOf(delivery)),
  );
  return rest[0]?.index ?? 0;
}

async function handleRun(tx: AnyTx, run: readonly Numbered[], progress: Progress): Promise<void> {
  const [first] = run;
  if (!first) return;
  const { effect } = first.delivery.handler;
  if ('all' in effect) return handleTogether(tx, run, effect, progress);
  const { delivery, index } = first;
  progress.running = index;
  await delivery.within(() => effect.each(tx, { ...delivery.envelope, value: delivery.value }));
}

async function handleTogether(
  tx: AnyTx,
  run: readonly Numbered[],
  { all }: BatchEffect,
  progress: Progress,
): Promise<void> {
  const inputs = run.map(({ delivery, index }) => {
    progress.running = index;
    return inputOf(delivery);
  });
  progress.running = run.length === 1 ? run[0]?.index : undefined;
  await all(tx, inputs);
}

function inputOf({ envelope, value, handler: { effect }, traceparent }: RunningDelivery): unknown {
  return 'toInput' in effect ? effect.toInput({ ...envelope, value, traceparent: traceparent() }) : undefined;
}
