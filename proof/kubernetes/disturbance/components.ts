/** The components of the release that are disturbed. */
import { componentOf } from '@halftone/tools/cluster/objects.ts';
import { workloads } from '@halftone/tools/cluster/pods.ts';
import { isService } from '../network/arrows.ts';
import type { PhaseContext } from '../phase.ts';

/** Of our services; what watches them is not in anybody's way. */
export async function servicesOf({ target }: PhaseContext): Promise<string[]> {
  const deployments = (await workloads(target)).filter(({ kind }) => kind === 'Deployment');
  const names = deployments.map(componentOf).filter(isService);
  if (names.length === 0) throw new Error('the release has no Deployment');
  return names.sort();
}

/** The engines that are in the release, the ones everything hangs on last. */
export async function enginesOf({ target }: PhaseContext): Promise<string[]> {
  const sets = (await workloads(target)).filter(({ kind }) => kind === 'StatefulSet').map(componentOf);
  return ['kafka', 'redis', 'postgres'].filter((engine) => sets.includes(engine));
}
