/** The phases in order: cheap checks first, then those that break things, then those that judge the whole. */
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
import { UsageError } from '@halftone/tools/terminal/usage-error.ts';
import { messageWithCause } from '@halftone/tools/terminal/message-of.ts';
import type { Phase, PhaseContext } from './phase.ts';

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

/** The named phases in their usual order, or all. Throws for an unknown name. */
export function chosenPhases(names: readonly string[], all: readonly Phase[] = phases): readonly Phase[] {
  const unknown = names.filter((name) => !all.some((phase) => phase.name === name));
  if (unknown.length > 0)
    throw new UsageError(`no phase ${unknown.join(', ')}: there is ${all.map(({ name }) => name).join(', ')}`);
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}

/** An error outside of a check counts as a failed check. */
const ran = async (phase: Phase, context: PhaseContext): Promise<boolean> =>
  phase.run(context).then(
    () => true,
    (error: unknown) => {
      context.report.failed('the phase', messageWithCause(error));
      return false;
    },
  );

/**
 * Runs the phases one after the other. A failed phase does not stop the others.
 * When the release is not up, each phase that needs it counts as one failure.
 */
export async function runPhases(chosen: readonly Phase[], context: PhaseContext): Promise<void> {
  const { report, signal } = context;
  let isUp = true;
  for (const phase of chosen) {
    report.begin(phase.name, phase.title);
    if (signal.aborted) report.failed('the phase', 'interrupted');
    else if (phase.needsRelease && !isUp) report.failed('the phase', 'not tried: there is no release to try it on');
    else isUp = (await ran(phase, context)) || phase.needsRelease;
  }
}
