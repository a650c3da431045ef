/** Kills the processes of a pod of each service, then of each engine, with SIGKILL. The kubelet restarts the container. */
import { isReady, restartsOf } from '@halftone/tools/cluster/objects.ts';
import { pods } from '@halftone/tools/cluster/pods.ts';
import { withPodKiller, type PodKiller } from '../disturbance/pod-killer.ts';
import { judgeEnd } from '../disturbance/judge.ts';
import { killAndWatch, type Kill } from '../disturbance/kill-and-watch.ts';
import { Observer } from '../disturbance/observer.ts';
import { imageWithNode } from '../release-image.ts';
import type { Phase, PhaseContext } from '../phase.ts';
import { enginesOf, untilWhole } from './kill.ts';
import { servicesOf } from './rolling.ts';

const sigkill =
  (killProcesses: PodKiller): Kill =>
  async (context, component) => {
    const [victim] = (await pods(context.target, component)).filter(isReady);
    if (!victim) throw new Error(`no pod of ${component} is Ready`);
    const from = Date.now();
    await killProcesses(victim);
    const readyAt = await untilWhole(context, component, async () => {
      const now = (await pods(context.target, component)).find(({ metadata }) => metadata.uid === victim.metadata.uid);
      return now !== undefined && restartsOf(now) > restartsOf(victim) && isReady(now);
    });
    return { what: `SIGKILL ${component}`, from, readyAt };
  };

async function nodesOf({ target }: PhaseContext): Promise<Set<string>> {
  return new Set((await pods(target)).flatMap(({ spec }) => spec.nodeName ?? []));
}

export const sigkillPhase: Phase = {
  name: 'sigkill',
  title: 'SIGKILL for a pod of each service, then of each engine, without a word before, under load',
  needsRelease: true,
  run: async (context) => {
    const { target, report, signal } = context;
    const victims = [...(await servicesOf(context)), ...(await enginesOf(context))];
    await withPodKiller(target, await nodesOf(context), await imageWithNode(target), async (killProcesses) => {
      const observer = await Observer.start(await context.urls(), true, signal);
      try {
        for (const component of victims)
          await report.check(`SIGKILL ${component}`, () =>
            killAndWatch(context, observer, component, sigkill(killProcesses)),
          );
      } finally {
        await judgeEnd(report, await observer.end());
      }
    });
  },
};
