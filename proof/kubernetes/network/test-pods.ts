/**
 * Pods for the network test: with the labels of the Jobs, unrelated to the release, and in another namespace without a policy.
 * The last one shows that an endpoint can be reached at all.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubectl } from '@halftone/tools/cluster/kubectl.ts';
import type { Target } from '@halftone/tools/cluster/target.ts';
import { outsider, unrelatedPod } from './arrows.ts';

export interface TestPod {
  component: string;
  namespace: string;
  name: string;
}

const outsideNamespace = 'halftone-e2e-outside';

const testPodsOf = ({ namespace }: Target): TestPod[] => [
  ...['database', 'verify', unrelatedPod].map((component) => ({ component, namespace, name: `e2e-as-${component}` })),
  { component: outsider, namespace: outsideNamespace, name: 'e2e-outsider' },
];

const restricted = { 'pod-security.kubernetes.io/enforce': 'restricted' };

function labelsOf({ release }: Target, { component }: TestPod): Record<string, string> {
  if (component === unrelatedPod || component === outsider) return { 'halftone-e2e': 'test-pod' };
  const release_ = { 'app.kubernetes.io/name': 'halftone', 'app.kubernetes.io/instance': release };
  return { ...release_, 'app.kubernetes.io/component': component, 'halftone-e2e': 'test-pod' };
}

const podOf = (target: Target, testPod: TestPod, image: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: testPod.name, namespace: testPod.namespace, labels: labelsOf(target, testPod) },
  spec: {
    terminationGracePeriodSeconds: 0,
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'test-pod',
        image,
        command: ['node', '-e', 'setInterval(() => undefined, 60_000)'],
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        resources: { requests: { cpu: '10m', memory: '48Mi' }, limits: { memory: '128Mi' } },
      },
    ],
  },
});

export async function applyObjects(target: Target, objects: readonly object[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'halftone-e2e-'));
  try {
    const file = join(folder, 'objects.json');
    await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    await kubectl(target, ['apply', '--filename', file], { timeoutMs: 60_000 });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Creates the test pods for the work, and deletes them in any case. */
export async function withTestPods<T>(
  target: Target,
  image: string,
  work: (testPods: TestPod[]) => Promise<T>,
): Promise<T> {
  const testPods = testPodsOf(target);
  const outside = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: outsideNamespace, labels: restricted } };
  try {
    await applyObjects(target, [outside]);
    for (const testPod of testPods) {
      await applyObjects({ ...target, namespace: testPod.namespace }, [podOf(target, testPod, image)]);
    }
    await Promise.all(testPods.map((testPod) => waitUntilRunning(target, testPod)));
    return await work(testPods);
  } finally {
    await kubectl(target, ['delete', 'namespace', outsideNamespace, '--wait=false', '--ignore-not-found']);
    await kubectl(target, [
      'delete',
      'pods',
      '--selector',
      'halftone-e2e=test-pod',
      '--wait=false',
      '--ignore-not-found',
    ]);
  }
}

async function waitUntilRunning(target: Target, { name, namespace }: TestPod): Promise<void> {
  const wait = ['wait', `pod/${name}`, '--for=condition=Ready', '--timeout=60s', '--namespace', namespace];
  await kubectl(target, wait, { timeoutMs: 90_000 });
}
