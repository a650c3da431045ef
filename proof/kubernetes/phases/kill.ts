/** Deletes a pod of each service, then of each engine, by force, like the loss of a node. */
import { setTimeout as sleep } from 'node:timers/promises';
import { componentOf, isReady } from '@halftone/tools/cluster/objects.ts';
import { forceDelete, pods, workloads } from '@halftone/tools/cluster/pods.ts';
import { judgeEnd } from '../disturbance/judge.ts';
import { killAndWatch, type Kill } from '../disturbance/kill-and-watch.ts';
import { Observer } from '../disturbance/observer.ts';
import type { Phase, PhaseContext } from '../phase.ts';
import { servicesOf } from './rolling.ts';

const readyWithinMs = 120_000;

/** The engines that are in the release, the ones everything hangs on last. */
export async function enginesOf({ target }: PhaseContext): Promise<string[]> {
  const sets = (await workloads(target)).filter(({ kind }) => kind === 'StatefulSet').map(componentOf);
  return ['kafka', 'redis', 'postgres'].filter((engine) => sets.includes(engine));
}

/** Each look starts a kubectl, which takes from the shop what it is tested on; so it is one a second. */
export async function untilWhole(
  { signal }: PhaseContext,
  component: string,
  isWhole: () => Promise<boolean>,
): Promise<number> {
  const deadline = Date.now() + readyWithinMs;
  while (!(await isWhole())) {
    if (Date.now() > deadline) throw new Error(`${component} is not whole again after ${readyWithinMs / 1000} s`);
    await sleep(1_000, undefined, { signal });
  }
  return Date.now();
}

/** Until as many pods are Ready as before, the deleted one not among them. */
const deleteByForce: Kill = async (context, component) => {
  const ready = (await pods(context.target, component)).filter(isReady);
  const [victim] = ready;
  if (!victim) throw new Error(`no pod of ${component} is Ready`);
  const from = Date.now();
  await forceDelete(context.target, victim.metadata.name);
  const readyAt = await untilWhole(context, component, async () => {
    const now = (await pods(context.target, component)).filter(isReady);
    return now.length >= ready.length && now.every(({ metadata }) => metadata.uid !== victim.metadata.uid);
  });
  return { what: `delete ${component}`, from, readyAt };
};

export const kill: Phase = {
  name: 'kill',
  title: "forced deletion of each service's pod, then of each engine's, under load",
  needsRelease: true,
  run: async (context) => {
    const { report, signal } = context;
    const victims = [...(await servicesOf(context)), ...(await enginesOf(context))];
    const observer = await Observer.start(await context.urls(), true, signal);
    try {
      for (const component of victims)
        await report.check(`delete ${component}`, () => killAndWatch(context, observer, component, deleteByForce));
    } finally {
      await judgeEnd(report, await observer.end());
    }
  },
};
