/** Every Deployment is restarted, one after the other, while customers order and listen: none of them may notice. */
import { kubectl } from '../../cluster/kubectl.ts';
import { componentOf } from '../../cluster/objects.ts';
import { restartDeployment, workloads } from '../../cluster/pods.ts';
import { judgeEnd, mustBeUnnoticed } from '../disturbance/judge.ts';
import { Witness } from '../disturbance/witness.ts';
import { isService } from '../network/arrows.ts';
import { reasonsOf, recoveryOf } from '../recovery.ts';
import type { Phase, World } from '../world.ts';

/** Of our services; what watches them is not in anybody's way. */
export async function servicesOf({ target }: World): Promise<string[]> {
  const deployments = (await workloads(target)).filter(({ kind }) => kind === 'Deployment');
  const names = deployments.map(componentOf).filter(isService);
  if (names.length === 0) throw new Error('the release has no Deployment');
  return names.sort();
}

async function restartOne(world: World, witness: Witness, component: string): Promise<string> {
  const { target, report, signal } = world;
  const from = Date.now();
  await restartDeployment(target, component);
  // One program that watches; asking again and again would take from the shop what it is tested on.
  const status = ['rollout', 'status', `deployment/${target.release}-${component}`, '--timeout=180s'];
  await kubectl(target, status, { signal, timeoutMs: 200_000 });
  const readyAt = Date.now();
  // The last old pod is still on its way out.
  await witness.untilQuiet(readyAt, signal, 4_000);
  const recovery = recoveryOf({ what: `restart ${component}`, from, until: Date.now(), readyAt }, witness);
  report.recovered(recovery);
  return mustBeUnnoticed(recovery, reasonsOf({ from, until: Date.now() }, witness));
}

export const rolling: Phase = {
  name: 'rolling',
  title: 'a rolling restart of every Deployment under load',
  needsRelease: true,
  run: async (world) => {
    const { report, signal } = world;
    const services = await servicesOf(world);
    const witness = await Witness.begin(await world.urls(), false, signal);
    try {
      for (const component of services) {
        await report.check(`restart ${component}`, () => restartOne(world, witness, component));
      }
    } finally {
      await judgeEnd(report, await witness.end());
    }
  },
};
