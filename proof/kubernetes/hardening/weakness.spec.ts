import type { ContainerSpec, Pod } from '@halftone/tools/cluster/objects.ts';
import { weaknessesOf } from './weakness.ts';

const get = (path: string) => ({ httpGet: { path, port: 'http' } });

const hardened: ContainerSpec = {
  name: 'orders',
  image: 'halftone/orders',
  resources: { requests: { cpu: '50m', memory: '96Mi' }, limits: { memory: '256Mi' } },
  securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
  startupProbe: get('/healthz/startup'),
  readinessProbe: get('/healthz/ready'),
  livenessProbe: get('/healthz/live'),
};

const podOf = (container: Partial<ContainerSpec> = {}, spec: Partial<Pod['spec']> = {}): Pod => ({
  metadata: { name: 'halftone-orders-a', uid: 'u', creationTimestamp: '' },
  spec: {
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [{ ...hardened, ...container }],
    ...spec,
  },
  status: { phase: 'Running' },
});

const service = { endsByItself: false, ours: true };

test('a hardened pod lacks nothing', () => {
  expect(weaknessesOf(podOf(), service)).toEqual([]);
});

const lacks: [string, Partial<ContainerSpec>, string][] = [
  ['resources', { resources: {} }, 'orders: a memory limit'],
  ['a read-only root', { securityContext: { readOnlyRootFilesystem: false } }, 'orders: readOnlyRootFilesystem: true'],
  ['dropped capabilities', { securityContext: {} }, 'orders: capabilities.drop ALL'],
  ['a user', { securityContext: { runAsNonRoot: false } }, 'orders: runAsNonRoot'],
  ['a probe', { livenessProbe: undefined as never }, 'orders: a liveness probe'],
  ['a liveness of its own', { livenessProbe: get('/healthz/ready') }, 'orders: three probes that differ'],
  ['the absence of a token', tokenMounted(), 'the absence of a service account token'],
];

function tokenMounted(): Partial<ContainerSpec> {
  return { volumeMounts: [{ name: 'token', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }] };
}

test.each(lacks)('what lacks %s is named', (_, container, expected) => {
  expect(weaknessesOf(podOf(container), service)).toContain(expected);
});

test('init containers are held to the same, and the pod of a Job needs no probes', () => {
  const initContainers = [{ name: 'prepare', image: 'i' }];
  expect(weaknessesOf(podOf({}, { initContainers }), service)).toContain('prepare: readOnlyRootFilesystem: true');
  const withoutProbes = {
    ...hardened,
    startupProbe: undefined,
    readinessProbe: undefined,
    livenessProbe: undefined,
  } as never;
  expect(weaknessesOf(podOf({}, { containers: [withoutProbes] }), { endsByItself: true, ours: true })).toEqual([]);
});
