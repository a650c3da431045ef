/** The pods of a release: found, deleted, restarted, waited for. */
import { setTimeout as sleep } from 'node:timers/promises';
import { kubectl, list } from './kubectl.ts';
import { isRolledOut, type Pod, type Workload } from './objects.ts';
import type { Target } from './target.ts';

/** The pods of one component (`orders`, `kafka`, `images-worker` …) or of all, ending ones included. */
export const pods = (target: Target, component?: string): Promise<Pod[]> =>
  list<Pod>(target, 'pods', component && `app.kubernetes.io/component=${component}`);

/** Deployments and StatefulSets, each with its `kind`. */
export const workloads = (target: Target): Promise<Workload[]> => list<Workload>(target, 'deployments,statefulsets');

/** SIGTERM, the preStop hook and the grace period; returns when the API server has taken note. */
export async function deletePod(target: Target, pod: string): Promise<void> {
  await kubectl(target, ['delete', 'pod', pod, '--wait=false'], { timeoutMs: 30_000 });
}

/** Like the loss of a machine: no grace period, and the name is free immediately. */
export async function forceDelete(target: Target, pod: string): Promise<void> {
  await kubectl(target, ['delete', 'pod', pod, '--grace-period=0', '--force', '--wait=false'], { timeoutMs: 30_000 });
}

/** Begins a rolling restart of a component's Deployment; `waitForRollout` sees its end. */
export async function restartDeployment(target: Target, component: string): Promise<void> {
  await kubectl(target, ['rollout', 'restart', `deployment/${target.release}-${component}`], { timeoutMs: 30_000 });
}

export interface WaitOptions {
  withinMs?: number;
  signal?: AbortSignal | undefined;
  /** Called with the progress, whenever it changes. */
  describe?: ((text: string) => void) | undefined;
}

/**
 * Until every replica of these components (all of the release when none is named) is of the newest template and Ready.
 * Rejects with how far each one was.
 */
export async function waitForRollout(
  target: Target,
  components: readonly string[],
  { withinMs = 180_000, signal, describe }: WaitOptions = {},
): Promise<void> {
  const deadline = performance.now() + withinMs;
  const names = components.map((component) => `${target.release}-${component}`);
  for (let said = ''; ;) {
    const wanted = (await workloads(target)).filter(
      ({ metadata }) => names.length === 0 || names.includes(metadata.name),
    );
    const absent = names.filter((name) => !wanted.some(({ metadata }) => metadata.name === name));
    if (absent.length > 0) throw new Error(`the release has no ${absent.join(', ')}`);
    const open = wanted.filter((workload) => !isRolledOut(workload));
    if (open.length === 0) return;
    const text = open.map(stateOf).join(', ');
    if (text !== said) describe?.((said = text));
    if (performance.now() > deadline) throw new Error(`not rolled out after ${Math.round(withinMs / 1000)} s: ${text}`);
    await sleep(500, undefined, { signal });
  }
}

const stateOf = ({ metadata, spec, status }: Workload): string =>
  `${metadata.name} ${status.readyReplicas ?? 0}/${spec.replicas} ready, ${status.updatedReplicas ?? 0} new`;
