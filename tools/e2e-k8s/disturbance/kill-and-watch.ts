/** A component loses a pod or its processes, and what that may cost: what was under way, once. */
import { Photos } from './photos.ts';
import type { Witness } from './witness.ts';
import { isService } from '../network/arrows.ts';
import { failedLate, reasonsOf, recoveryOf, type Span } from '../recovery.ts';
import type { World } from '../world.ts';

/** What is under way when a pod goes: until every node sends nothing there any more. */
const inFlightMs = 5_000;

/** Kills, and gives when it was done and when all was Ready again. */
export type Kill = (world: World, component: string) => Promise<Omit<Span, 'until'>>;

export async function killAndWatch(world: World, witness: Witness, component: string, kill: Kill): Promise<string> {
  // With work for it under way.
  const photos = component === 'images-worker' ? await Photos.upload((await world.urls()).gateway) : undefined;
  const killed = await kill(world, component);
  await witness.untilQuiet(killed.readyAt, world.signal);
  const cost = judge(world, witness, component, { ...killed, until: Date.now() });
  return photos ? `${cost}; ${await photos.untilReady()}` : cost;
}

function judge({ report }: World, witness: Witness, component: string, span: Span): string {
  const recovery = recoveryOf(span, witness);
  report.recovered(recovery);
  const { requests, failedFirst, failedForGood, readyMs } = recovery;
  const reasons = reasonsOf(span, witness);
  if (requests === 0) throw new Error('no request was sent meanwhile: this shows nothing');
  if (failedForGood > 0)
    throw new Error(`${failedForGood} of ${requests} requests never succeeded, with the same key:\n${reasons}`);
  // Another replica serves on; of an engine there is only one.
  const wellFrom = (isService(component) ? span.from : span.readyAt) + inFlightMs;
  const late = failedLate(span, witness, wellFrom);
  if (late.length > 0)
    throw new Error(`${late.length} requests failed that began later: ${JSON.stringify(late.slice(0, 3))}`);
  report.note(reasons || 'no request failed');
  return `${failedFirst} of ${requests} requests failed once, none for good; Ready after ${(readyMs / 1000).toFixed(1)} s`;
}
