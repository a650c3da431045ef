/** The phases in their order: what is cheap and tells most first, what breaks things later, what looks at it all last. */
import { badInput } from './phases/bad-input.ts';
import { chart } from './phases/chart.ts';
import { down } from './phases/down.ts';
import { footprint } from './phases/footprint.ts';
import { hardening } from './phases/hardening.ts';
import { kill } from './phases/kill.ts';
import { load } from './phases/load.ts';
import { network } from './phases/network.ts';
import { observability } from './phases/observability.ts';
import { rolling } from './phases/rolling.ts';
import { sigkillPhase } from './phases/sigkill.ts';
import { tour } from './phases/tour.ts';
import { up } from './phases/up.ts';
import { upgradeAndBack } from './phases/upgrade.ts';
import { verify } from './phases/verify.ts';
import { messageOf } from './report.ts';
import type { Phase, World } from './world.ts';

export const phases: readonly Phase[] = [
  chart,
  up,
  hardening,
  footprint,
  network,
  tour,
  load,
  rolling,
  kill,
  sigkillPhase,
  badInput,
  upgradeAndBack,
  observability,
  verify,
  down,
];

/** Those named, in their own order; all when none is. Throws for a name that is none. */
export function chosenPhases(names: readonly string[], all: readonly Phase[] = phases): readonly Phase[] {
  const unknown = names.filter((name) => !all.some((phase) => phase.name === name));
  if (unknown.length > 0)
    throw new Error(`no phase ${unknown.join(', ')}: there is ${all.map(({ name }) => name).join(', ')}`);
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}

/** What a phase throws outside of its checks is a check of its own that failed. */
const ran = async (phase: Phase, world: World): Promise<boolean> =>
  phase.run(world).then(
    () => true,
    (error: unknown) => {
      world.report.failed('the phase', messageOf(error));
      return false;
    },
  );

/**
 * One after the other. A phase that fails stops none of the others, unless it was to bring up what they need and did not: then each of
 * them is one failure, because it was not shown.
 */
export async function runPhases(chosen: readonly Phase[], world: World): Promise<void> {
  const { report, signal } = world;
  let isUp = true;
  for (const phase of chosen) {
    report.begin(phase.name, phase.title);
    if (signal.aborted) report.failed('the phase', 'interrupted');
    else if (phase.needsRelease && !isUp) report.failed('the phase', 'not tried: there is no release to try it on');
    else isUp = (await ran(phase, world)) || phase.needsRelease;
  }
}
