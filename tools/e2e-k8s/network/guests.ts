/**
 * Pods of this test alone, each asking as somebody: as the Jobs whose own pods have ended, as a stranger in the namespace, and as a
 * pod of another namespace, under no policy, which shows that what is asked for is there to be reached at all.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubectl } from '../../cluster/kubectl.ts';
import type { Target } from '../../cluster/target.ts';
import { outsider, stranger } from './arrows.ts';

export interface Guest {
  component: string;
  namespace: string;
  name: string;
}

export const outsideNamespace = 'halftone-e2e-outside';

export const guestsOf = ({ namespace }: Target): Guest[] => [
  ...['database', 'verify', stranger].map((component) => ({ component, namespace, name: `e2e-as-${component}` })),
  { component: outsider, namespace: outsideNamespace, name: 'e2e-outsider' },
];

const restricted = { 'pod-security.kubernetes.io/enforce': 'restricted' };

function labelsOf({ release }: Target, { component }: Guest): Record<string, string> {
  if (component === stranger || component === outsider) return { 'halftone-e2e': 'guest' };
  const release_ = { 'app.kubernetes.io/name': 'halftone', 'app.kubernetes.io/instance': release };
  return { ...release_, 'app.kubernetes.io/component': component, 'halftone-e2e': 'guest' };
}

const podOf = (target: Target, guest: Guest, image: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: guest.name, namespace: guest.namespace, labels: labelsOf(target, guest) },
  spec: {
    terminationGracePeriodSeconds: 0,
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'guest',
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

/** Gives the work the guests once they run, and takes them away whatever it did. */
export async function withGuests<T>(target: Target, image: string, work: (guests: Guest[]) => Promise<T>): Promise<T> {
  const guests = guestsOf(target);
  const outside = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: outsideNamespace, labels: restricted } };
  try {
    await applyObjects(target, [outside]);
    for (const guest of guests) {
      await applyObjects({ ...target, namespace: guest.namespace }, [podOf(target, guest, image)]);
    }
    await Promise.all(guests.map((guest) => waitUntilRunning(target, guest)));
    return await work(guests);
  } finally {
    await kubectl(target, ['delete', 'namespace', outsideNamespace, '--wait=false', '--ignore-not-found']);
    await kubectl(target, ['delete', 'pods', '--selector', 'halftone-e2e=guest', '--wait=false', '--ignore-not-found']);
  }
}

async function waitUntilRunning(target: Target, { name, namespace }: Guest): Promise<void> {
  const wait = ['wait', `pod/${name}`, '--for=condition=Ready', '--timeout=60s', '--namespace', namespace];
  await kubectl(target, wait, { timeoutMs: 90_000 });
}
