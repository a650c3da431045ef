import type { Pod, Service } from '@halftone/tools/cluster/objects.ts';
import { othersThan, endpointsOfPod, endpointsOfService } from './endpoints.ts';

const labels = { 'app.kubernetes.io/component': 'orders' };
const metadata = { name: 'halftone-orders-a', uid: 'u', creationTimestamp: '', labels };
const ports = [{ name: 'http', containerPort: 8080 }, { containerPort: 9999 }, { containerPort: 53, protocol: 'UDP' }];
const pod = {
  metadata,
  spec: { containers: [{ name: 'orders', image: 'i', ports }] },
  status: { phase: 'Running', podIP: '10.1.1.1' },
} satisfies Pod;

const service = (clusterIP: string): Service => ({
  metadata: { ...metadata, name: 'halftone-orders' },
  spec: { type: 'ClusterIP', clusterIP, ports: [{ name: 'web', port: 80, targetPort: 'http' }] },
});

test('each TCP port of a pod, by its name or number', () => {
  const at = { component: 'orders', name: 'halftone-orders-a', host: '10.1.1.1' };
  expect(endpointsOfPod(pod)).toEqual([
    { ...at, port: 8080, portName: 'http' },
    { ...at, port: 9999, portName: '9999' },
  ]);
});

test('a service is known by the port of the pods behind it', () => {
  expect(endpointsOfService(service('10.2.2.2'))).toMatchObject([{ host: '10.2.2.2', port: 80, portName: 'http' }]);
  expect(endpointsOfService(service('None'))).toEqual([]);
});

test('a pod is not asked about itself, but about its twin', () => {
  const twin = endpointsOfPod({ ...pod, metadata: { ...metadata, name: 'halftone-orders-b' } });
  const all = [...endpointsOfPod(pod), ...twin, ...endpointsOfService(service('10.2.2.2'))];
  expect(othersThan({ metadata, component: 'orders' }, all)).toEqual(twin);
});
