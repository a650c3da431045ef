/** Kills a pod or its processes, and checks the cost: only requests in progress may fail, and only once. */
import { killPod, type Kill } from '../kill/kill-pod.ts';
import { judgeEnd } from './judge.ts';
import { Observer } from './observer.ts';
import { Photos } from './photos.ts';
import { enginesOf, servicesOf } from './components.ts';
import { isService } from '../network/arrows.ts';
import { failedLate, reasonsOf, recoveryOf, type Span } from '../recovery.ts';
import type { PhaseContext } from '../phase.ts';

/** After this time no node sends requests to the deleted pod. */
const inFlightMs = 5_000;

const readyWithinMs = 120_000;

/** A way to kill, and its name in the report. */
export interface KillWay {
  /** `delete`, `SIGKILL` */
  verb: string;
  by: Kill;
}

/** Kills a pod of each service and then of each engine, while clients order and listen. */
export async function killEach(context: PhaseContext, way: KillWay): Promise<void> {
  const { report, signal } = context;
  const victims = [...(await servicesOf(context)), ...(await enginesOf(context))];
  const observer = await Observer.start(await context.urls(), true, signal);
  try {
    for (const component of victims)
      await report.check(`${way.verb} ${component}`, () => killAndWatch(context, observer, component, way));
  } finally {
    await judgeEnd(report, await observer.end());
  }
}

async function killAndWatch(
  context: PhaseContext,
  observer: Observer,
  component: string,
  { verb, by }: KillWay,
): Promise<string> {
  const { target, signal } = context;
  // With photos in progress.
  const photos = component === 'images-worker' ? await Photos.upload((await context.urls()).gateway) : undefined;
  const killed = await killPod({ target, component, by, withinMs: readyWithinMs, everyMs: 1_000, signal });
  await observer.untilStable(killed.readyAt, signal);
  const span = { what: `${verb} ${component}`, from: killed.from, readyAt: killed.readyAt, until: Date.now() };
  const cost = judge(context, observer, component, span);
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
