/** Kills a pod or its processes, and checks the cost: only requests in progress may fail, and only once. */
import { Photos } from './photos.ts';
import type { Observer } from './observer.ts';
import { isService } from '../network/arrows.ts';
import { failedLate, reasonsOf, recoveryOf, type Span } from '../recovery.ts';
import type { PhaseContext } from '../phase.ts';

/** After this time no node sends requests to the deleted pod. */
const inFlightMs = 5_000;

/** Kills, and returns when it was done and when all was Ready again. */
export type Kill = (context: PhaseContext, component: string) => Promise<Omit<Span, 'until'>>;

export async function killAndWatch(
  context: PhaseContext,
  observer: Observer,
  component: string,
  kill: Kill,
): Promise<string> {
  // With photos in progress.
  const photos = component === 'images-worker' ? await Photos.upload((await context.urls()).gateway) : undefined;
  const killed = await kill(context, component);
  await observer.untilStable(killed.readyAt, context.signal);
  const cost = judge(context, observer, component, { ...killed, until: Date.now() });
  return photos ? `${cost}; ${await photos.untilReady()}` : cost;
}

function judge({ report }: PhaseContext, observer: Observer, component: string, span: Span): string {
  const recovery = recoveryOf(span, observer);
  report.recovered(recovery);
  const { requests, failedFirst, failedForGood, readyMs } = recovery;
  const reasons = reasonsOf(span, observer);
  if (requests === 0) throw new Error('no request was sent meanwhile: this shows nothing');
  if (failedForGood > 0)
    throw new Error(`${failedForGood} of ${requests} requests never succeeded, with the same key:\n${reasons}`);
  // A service has another replica; an engine has none.
  const wellFrom = (isService(component) ? span.from : span.readyAt) + inFlightMs;
  const late = failedLate(span, observer, wellFrom);
  if (late.length > 0)
    throw new Error(`${late.length} requests failed that began later: ${JSON.stringify(late.slice(0, 3))}`);
  report.note(reasons || 'no request failed');
  return `${failedFirst} of ${requests} requests failed once, none for good; Ready after ${(readyMs / 1000).toFixed(1)} s`;
}
