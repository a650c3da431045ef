/** Removes everything that k8s up created. Returns what is left, which should be nothing. */
import { clusterExists, deleteCluster } from './cluster.ts';
import { answers, kubectl } from './kubectl.ts';
import { requirePrograms } from '../os/program.ts';
import { uninstallRelease } from './release.ts';
import type { Target } from './target.ts';
import type { Progress } from '../terminal/progress.ts';
import { leftOfCluster, leftOfRelease, nodeVolumes } from './remains.ts';

export async function down(target: Target, progress: Progress): Promise<string[]> {
  const left = await (target.way === 'context' ? removeRelease(target, progress) : removeCluster(target, progress));
  for (const remains of left) progress.note(`left: ${remains}`);
  if (left.length === 0) progress.note('nothing is left; images stay in docker, so that the next k8s up is quick');
  return left;
}

async function removeCluster(target: Target, progress: Progress): Promise<string[]> {
  requirePrograms(target.way === 'minikube' ? 'minikube' : 'kind', 'docker', 'kubectl');
  const volumes = await nodeVolumes();
  await progress.phase('cluster', async (describe) => {
    const exists = await clusterExists(target);
    // kind forgets missing nodes but keeps the context; deleting is right in both cases.
    await deleteCluster(target);
    describe(exists ? `${target.context} deleted` : `there was no ${target.context}`);
  });
  return progress.phase('check', async (describe) => {
    const left = await leftOfCluster(target, volumes);
    describe(`containers, volumes, kubeconfig: ${left.length || 'nothing'} left`);
    return left;
  });
}

async function removeRelease(target: Target, progress: Progress): Promise<string[]> {
  requirePrograms('kubectl', 'helm');
  if (!(await answers(target))) throw new Error(`the cluster of context ${target.context} does not answer`);
  await progress.phase('release', () => uninstallRelease(target));
  await progress.phase('volumes', async () => {
    const ours = ['--selector', `app.kubernetes.io/instance=${target.release}`];
    await kubectl(target, ['delete', 'persistentvolumeclaims', ...ours, '--timeout', '120s']);
  });
  await progress.phase('namespace', async () => {
    await kubectl(target, ['delete', 'namespace', target.namespace, '--ignore-not-found', '--timeout', '120s']);
  });
  return progress.phase('check', () => leftOfRelease(target));
}
