/** The processes of a pod of each service, then of each engine, die between two instructions; the container is started anew in its place. */
import { isReady, restartsOf } from '../../cluster/objects.ts';
import { pods } from '../../cluster/pods.ts';
import { withExecutioner, type Executioner } from '../disturbance/executioner.ts';
import { judgeEnd } from '../disturbance/judge.ts';
import { killAndWatch, type Kill } from '../disturbance/kill-and-watch.ts';
import { Witness } from '../disturbance/witness.ts';
import { imageWithNode } from '../release-image.ts';
import type { Phase, World } from '../world.ts';
import { enginesOf, untilWhole } from './kill.ts';
import { servicesOf } from './rolling.ts';

const sigkill =
  (execute: Executioner): Kill =>
  async (world, component) => {
    const [victim] = (await pods(world.target, component)).filter(isReady);
    if (!victim) throw new Error(`no pod of ${component} is Ready`);
    const from = Date.now();
    await execute(victim);
    const readyAt = await untilWhole(world, component, async () => {
      const now = (await pods(world.target, component)).find(({ metadata }) => metadata.uid === victim.metadata.uid);
      return now !== undefined && restartsOf(now) > restartsOf(victim) && isReady(now);
    });
    return { what: `SIGKILL ${component}`, from, readyAt };
  };

async function nodesOf({ target }: World): Promise<Set<string>> {
  return new Set((await pods(target)).flatMap(({ spec }) => spec.nodeName ?? []));
}

export const sigkillPhase: Phase = {
  name: 'sigkill',
  title: 'SIGKILL for a pod of each service, then of each engine, without a word before, under load',
  needsRelease: true,
  run: async (world) => {
    const { target, report, signal } = world;
    const victims = [...(await servicesOf(world)), ...(await enginesOf(world))];
    await withExecutioner(target, await nodesOf(world), await imageWithNode(target), async (execute) => {
      const witness = await Witness.begin(await world.urls(), true, signal);
      try {
        for (const component of victims)
          await report.check(`SIGKILL ${component}`, () => killAndWatch(world, witness, component, sigkill(execute)));
      } finally {
        await judgeEnd(report, await witness.end());
      }
    });
  },
};
