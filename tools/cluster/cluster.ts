/** The cluster itself: made when there is none, taken away when it is ours. */
import { join } from 'node:path';
import type { CommandOptions } from '../os/command.ts';
import { root } from '../os/config.ts';
import { Unavailable } from '../os/unavailable.ts';
import { answers, kubectl } from './kubectl.ts';
import { requirePrograms, run, type Program } from '../os/program.ts';
import { ownName, type Target } from './target.ts';

/** With the port mappings; for both ways of having a cluster of our own. */
const kindConfig = join(root, 'k8s/kind.yaml');
const namespaceFile = join(root, 'k8s/namespace.yaml');

/** Of the edges and of what watches them: the same on this machine and in the cluster (k8s/kind.yaml). */
export const nodePorts = {
  gateway: 30080,
  graph: 30081,
  realtime: 30090,
  console: 30088,
  prometheus: 30900,
  grafana: 30300,
  jaeger: 30686,
} as const;

/** Creates an own cluster when it is missing; true when it was created. Rejects when an existing one does not answer. */
export async function ensureCluster(target: Target, signal?: AbortSignal): Promise<boolean> {
  requirePrograms('docker', 'kubectl', 'helm', ...(target.way === 'context' ? [] : [target.way]));
  if (target.way === 'context') {
    await requireAnswer(target);
    return false;
  }
  if (await clusterExists(target)) {
    if (target.way === 'kind') await run('kind', ['export', 'kubeconfig', '--name', ownName]);
    if (await answers(target)) return false;
    const remedy =
      target.way === 'kind' ? './halftone k8s down, then this again' : `minikube start --profile ${ownName}`;
    throw new Unavailable(`there is a ${target.way} cluster "${ownName}" that does not answer: ${remedy}`);
  }
  await createCluster(target, { signal });
  return true;
}

/** Throws Unavailable when the cluster does not answer, because its release cannot be read then. */
export async function requireAnswer(target: Target): Promise<void> {
  requirePrograms('kubectl');
  if (await answers(target)) return;
  const remedy = target.way === 'context' ? '' : ', or ./halftone k8s up';
  throw new Unavailable(
    `the cluster of context ${target.context} does not answer: kubectl --context ${target.context} get nodes${remedy}`,
  );
}

export async function clusterExists({ way }: Target): Promise<boolean> {
  if (way === 'kind') return (await run('kind', ['get', 'clusters'])).split('\n').includes(ownName);
  if (way === 'context') return true;
  // It fails for a profile that is stopped or not there; only its output distinguishes the two.
  const profiles = await run('minikube', ['profile', 'list', '--output', 'json']).catch(() => '');
  return profiles.includes(`"Name":"${ownName}"`);
}

async function createCluster(target: Target, options: CommandOptions): Promise<void> {
  try {
    if (target.way === 'kind')
      await run('kind', ['create', 'cluster', '--name', ownName, '--config', kindConfig, '--wait', '120s'], options);
    else await run('minikube', minikubeStart, options);
  } catch (error) {
    // Half a cluster would be taken for one the next time.
    await deleteCluster(target).catch(() => undefined);
    throw error;
  }
}

/** Docker driver, because only that can map ports; Calico, because minikube's own network enforces no policies. */
const minikubeStart = [
  ...[
    'start',
    '--profile',
    ownName,
    '--driver',
    'docker',
    '--cni',
    'calico',
    '--memory',
    '6g',
    '--addons',
    'metrics-server',
  ],
  ...[
    '--ports',
    Object.values(nodePorts)
      .map((port) => `127.0.0.1:${port}:${port}`)
      .join(','),
  ],
];

/** Only a cluster of our own. */
export async function deleteCluster({ way, context }: Target): Promise<void> {
  if (way === 'context') throw new Error(`the cluster of context ${context} is not ours to delete`);
  const [program, ...args] = deletionOf({ way });
  await run(program, args);
}

/** The command line that deletes our own cluster, if it is there. */
export const deletionOf = ({ way }: { way: 'kind' | 'minikube' }): [Program, ...string[]] =>
  way === 'kind' ? ['kind', 'delete', 'cluster', '--name', ownName] : ['minikube', 'delete', '--profile', ownName];

/** With the label that refuses every pod that is not `restricted`. */
export async function ensureNamespace(target: Target): Promise<void> {
  await kubectl(target, ['apply', '--filename', namespaceFile]);
}
