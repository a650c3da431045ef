/**
 * Sends SIGKILL to the processes of a container, without hook or grace period. `kubectl delete --force` still runs the preStop hook.
 * No process inside a container can kill its first process, so a pod that sees the processes of the node does it.
 */
import { kubectl } from '@halftone/tools/cluster/kubectl.ts';
import type { Pod } from '@halftone/tools/cluster/objects.ts';
import type { Target } from '@halftone/tools/cluster/target.ts';
import type { Kill } from './kill-pod.ts';
import { applyObjects } from '../network/test-pods.ts';

const namespace = 'halftone-e2e-node';
const privileged = { 'pod-security.kubernetes.io/enforce': 'privileged' };

/** A container's processes are those whose control group carries its id. Prints their names. */
const script = `
const { readdirSync, readFileSync } = require('node:fs');
const killed = [];
for (const pid of readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name))) {
  try {
    if (!readFileSync('/proc/' + pid + '/cgroup', 'utf8').includes(process.argv[1])) continue;
    const name = readFileSync('/proc/' + pid + '/comm', 'utf8').trim();
    process.kill(Number(pid), 'SIGKILL');
    killed.push(name);
  } catch (error) {
    if (!['ENOENT', 'ESRCH'].includes(error.code)) throw error;
  }
}
console.log(killed.join(' '));
`;

const nameOn = (node: string): string => `pod-killer-${node}`.slice(0, 63).replace(/[^a-z0-9]+$/, '');

const podOn = (node: string, image: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: nameOn(node), namespace },
  spec: {
    nodeName: node,
    hostPID: true,
    terminationGracePeriodSeconds: 0,
    tolerations: [{ operator: 'Exists' }],
    containers: [
      {
        name: 'killer',
        image,
        command: ['node', '-e', 'setInterval(() => undefined, 60_000)'],
        securityContext: { runAsUser: 0 },
      },
    ],
  },
});

async function startKillerPod(target: Target, node: string, image: string): Promise<void> {
  await applyObjects({ ...target, namespace }, [podOn(node, image)]);
  const wait = ['wait', `pod/${nameOn(node)}`, '--for=condition=Ready', '--timeout=60s', '--namespace', namespace];
  await kubectl(target, wait, { timeoutMs: 90_000 });
}

async function killProcesses(target: Target, { metadata, spec, status }: Pod): Promise<string> {
  const id = status.containerStatuses?.[0]?.containerID?.split('//')[1];
  if (!id || !spec.nodeName) throw new Error(`${metadata.name} has no container that runs`);
  const exec = ['exec', nameOn(spec.nodeName), '--namespace', namespace, '--', 'node', '-e', script, id];
  const killed = (await kubectl(target, exec, { timeoutMs: 30_000 })).trim();
  if (!killed) throw new Error(`no process of ${metadata.name} was found on ${spec.nodeName}`);
  return killed;
}

/** Runs one killer pod on each of these nodes during the work. */
export async function withPodKiller<T>(
  target: Target,
  nodes: ReadonlySet<string>,
  image: string,
  work: (kill: Kill) => Promise<T>,
): Promise<T> {
  try {
    await applyObjects(target, [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: privileged } },
    ]);
    for (const node of nodes) await startKillerPod(target, node, image);
    return await work(killProcesses);
  } finally {
    await kubectl(target, ['delete', 'namespace', namespace, '--ignore-not-found'], { timeoutMs: 90_000 });
  }
}
