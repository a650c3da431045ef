import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root } from '../os/config.ts';
import { readValues } from './chart-files.ts';
import { complaintsAboutCompose, complaintsAboutExposure, type ComposeFile, type Reachable } from './exposure-rules.ts';

const service = (part: string, spec: NonNullable<Reachable['spec']>): Reachable => ({
  kind: 'Service',
  metadata: { name: `halftone-${part}` },
  spec,
});
const route = (part: string): Reachable => ({
  kind: 'HTTPRoute',
  metadata: { name: 'halftone' },
  spec: { rules: [{ backendRefs: [{ name: `halftone-${part}` }] }] },
});
const ingress = (part: string): Reachable => ({
  kind: 'Ingress',
  metadata: { name: 'halftone' },
  spec: { rules: [{ http: { paths: [{ backend: { service: { name: `halftone-${part}` } } }] } }] },
});
const pod = (spec: object): Reachable => ({
  kind: 'Deployment',
  metadata: { name: 'halftone-bank' },
  spec: { template: { spec: { containers: [], ...spec } } },
});

test('services inside the cluster and routes to the edges are fine', () => {
  const manifests = [service('payments', {}), service('gateway', { type: 'ClusterIP' }), route('graph'), pod({})];
  expect(complaintsAboutExposure([...manifests, ingress('console')], false)).toEqual([]);
});

test('node ports of the edges and of what watches them are fine where they are asked for', () => {
  const manifests = ['gateway', 'graph', 'realtime', 'console', 'grafana'].map((part) =>
    service(part, { type: 'NodePort' }),
  );
  expect(complaintsAboutExposure(manifests, true)).toEqual([]);
  expect(complaintsAboutExposure(manifests, false)).toHaveLength(5);
});

test.each<[string, Reachable, boolean, string]>([
  ['a node port of payments', service('payments', { type: 'NodePort' }), true, 'halftone-payments is open: NodePort'],
  ['a load balancer', service('gateway', { type: 'LoadBalancer' }), true, 'halftone-gateway is open: LoadBalancer'],
  ['an external address', service('redis', { externalIPs: ['203.0.113.1'] }), false, 'halftone-redis is open'],
  ['a way to metrics', service('gateway', { ports: [{ port: 80, targetPort: 'metrics' }] }), false, 'leads to metrics'],
  ['another', service('gateway', { ports: [{ port: 9464 }] }), false, 'halftone-gateway leads to metrics'],
  ['a route to the worker', route('images-worker'), false, 'HTTPRoute/halftone leads to halftone-images-worker'],
  ['an Ingress to Grafana', ingress('grafana'), false, 'Ingress/halftone leads to halftone-grafana'],
  ['a pod in the network of its node', pod({ hostNetwork: true }), false, 'halftone-bank listens at its node'],
  ['a host port', pod({ containers: [{ ports: [{ hostPort: 80 }] }] }), false, 'halftone-bank listens at its node'],
])('%s is named', (_what, manifest, nodePorts, complaint) => {
  expect(complaintsAboutExposure([manifest], nodePorts).join('\n')).toContain(complaint);
});

test('the chart has no node ports unless they are asked for', () => {
  expect(readValues()).toMatchObject({ exposure: { nodePorts: { enabled: false } } });
});

const compose = parse(readFileSync(join(root, 'docker/compose.yaml'), 'utf8'), { merge: true }) as ComposeFile;

test('docker/compose.yaml publishes the edges on this machine only', () => {
  const published = Object.entries(compose.services).filter(([, { ports = [] }]) => ports.length > 0);
  expect(published.map(([name]) => name)).toEqual(['gateway', 'graph', 'realtime', 'console']);
  expect(complaintsAboutCompose(compose)).toEqual([]);
});

test.each([
  ['every interface', { gateway: { ports: ['8080:8080'] } }, 'gateway publishes 8080:8080'],
  ['an engine', { postgres: { ports: ['127.0.0.1:5432:5432'] } }, 'postgres is no edge and has ports'],
  ['the network of the host', { bank: { network_mode: 'host' } }, 'bank is in the network of the host'],
])('%s is named', (_what, services, complaint) => {
  expect(complaintsAboutCompose({ services })).toContain(complaint);
});
