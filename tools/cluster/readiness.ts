/** Waits for a whole release and prints which pod waits for what. */
import { setTimeout as sleep } from 'node:timers/promises';
import { listAll } from './kubectl.ts';
import { lastLines } from './logs.ts';
import type { Event } from './objects.ts';
import { ReleaseWatch, type Seen } from './release-watch.ts';
import type { Target } from './target.ts';
import { eventsOf, groupsOf, summaryOf } from './waiting.ts';

/** How long something hopeless is given to turn out otherwise: a pull is tried again, a Secret may be a moment late. */
const hopelessMs = 20_000;

export interface ReadinessOptions {
  withinMs?: number;
  signal?: AbortSignal | undefined;
  /** Called with the whole state, whenever it changes. */
  describe?: ((text: string) => void) | undefined;
}

/** `diagnose` returns the details. */
export class NotReady extends Error {}

/** Until all replicas of all workloads are new and Ready and the release's Jobs have succeeded; gives the number of pods. */
export async function waitUntilReady(target: Target, options: ReadinessOptions = {}): Promise<number> {
  const { withinMs = 300_000, signal, describe } = options;
  const watch = new ReleaseWatch(target);
  const begun = performance.now();
  let hopelessSince = Infinity;
  for (let said = ''; ;) {
    const seen = await watch.look();
    if (seen.waiting.length === 0 && seen.ready >= seen.wanted) return seen.ready;
    const text = [`${seen.ready}/${seen.wanted} ready`, ...summaryOf(seen.waiting)].join('; ');
    if (text !== said) describe?.((said = text));
    const now = performance.now();
    hopelessSince = seen.waiting.some(({ hopeless }) => hopeless) ? Math.min(hopelessSince, now) : Infinity;
    giveUp(seen, { waited: now - begun, withinMs, hopeless: now - hopelessSince });
    await sleep(1_000, undefined, { signal });
  }
}

function giveUp(
  { failedJob, ready, wanted }: Seen,
  { waited, withinMs, hopeless }: { waited: number; withinMs: number; hopeless: number },
): void {
  const count = `${ready} of ${wanted} pods are`;
  if (failedJob) throw new NotReady(`job ${failedJob} has failed; ${count} ready`);
  if (hopeless > hopelessMs) throw new NotReady(`it will not become ready: ${count}`);
  if (waited > withinMs) throw new NotReady(`not ready after ${Math.round(withinMs / 1000)} s: ${count}`);
}

/**
 * For everything that is not Ready: what it waits for, its last events and its last log lines. Of those that wait for the same
 * one is looked at.
 */
export async function diagnose(target: Target): Promise<string[]> {
  const [{ waiting }, events] = await Promise.all([
    new ReleaseWatch(target).look(),
    listAll<Event>(target, ['events']),
  ]);
  const reports = groupsOf(waiting).map(async ([first, ...more]) => {
    const name = first?.pod ?? '';
    const recent = eventsOf(name, events).slice(-3);
    return [
      `${name}: ${first?.text}`,
      ...recent.map(({ reason, message }) => `    event ${reason}: ${message}`),
      ...(await lastLines(target, name, 5)).map((line) => `    log   ${line.slice(0, 300)}`),
      ...(more.length > 0 ? [`    the same: ${more.map(({ pod }) => pod).join(', ')}`] : []),
    ];
  });
  return (await Promise.all(reports)).flat();
}
