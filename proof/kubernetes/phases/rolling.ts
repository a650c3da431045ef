/** Restarts every Deployment in turn while customers order and listen; no request may fail. */
import { kubectl } from '@halftone/tools/cluster/kubectl.ts';
import { restartDeployment } from '@halftone/tools/cluster/pods.ts';
import { judgeEnd, mustBeUnnoticed } from '../disturbance/judge.ts';
import { Observer } from '../disturbance/observer.ts';
import { servicesOf } from '../disturbance/components.ts';
import { reasonsOf, recoveryOf } from '../recovery.ts';
import type { Phase, PhaseContext } from '../phase.ts';

async function restartOne(context: PhaseContext, observer: Observer, component: string): Promise<string> {
  const { target, report, signal } = context;
  const from = Date.now();
  await restartDeployment(target, component);
  // One program that watches: many short ones would take CPU from the shop under test.
  const status = ['rollout', 'status', `deployment/${target.release}-${component}`, '--timeout=180s'];
  await kubectl(target, status, { signal, timeoutMs: 200_000 });
  const readyAt = Date.now();
  // The last old pod is still on its way out.
  await observer.untilStable(readyAt, signal, 4_000);
  const recovery = recoveryOf({ what: `restart ${component}`, from, until: Date.now(), readyAt }, observer);
  report.recovered(recovery);
  return mustBeUnnoticed(recovery, reasonsOf({ from, until: Date.now() }, observer));
}

export const rolling: Phase = {
  name: 'rolling',
  title: 'a rolling restart of every Deployment under load',
  needsRelease: true,
  run: async (context) => {
    const { report, signal } = context;
    const services = await servicesOf(context);
    const observer = await Observer.start(await context.urls(), false, signal);
    try {
      for (const component of services) {
        await report.check(`restart ${component}`, () => restartOne(context, observer, component));
      }
    } finally {
      await judgeEnd(report, await observer.end());
    }
  },
};
