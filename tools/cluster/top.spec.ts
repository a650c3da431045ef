import { usageOf } from './top.ts';

test('the sum over the containers of a pod, under its component', () => {
  const metrics = {
    metadata: { name: 'halftone-orders-1', labels: { 'app.kubernetes.io/component': 'orders' } },
    timestamp: '2026-01-01T00:00:00Z',
    containers: [
      { name: 'orders', usage: { cpu: '1500000n', memory: '100Mi' } },
      { name: 'sidecar', usage: { cpu: '1m', memory: '1024Ki' } },
    ],
  };
  const { pod, component, bytes, cores } = usageOf(metrics);
  expect({ pod, component, bytes }).toEqual({ pod: 'halftone-orders-1', component: 'orders', bytes: 101 * 2 ** 20 });
  expect(cores).toBeCloseTo(0.0025);
});
