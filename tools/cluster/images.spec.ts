import { imagesOf } from './images.ts';

const manifest = `
apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      initContainers: [{ name: wait, image: halftone/tools:1 }]
      containers:
        - { name: orders, image: halftone/orders:1 }
---
apiVersion: apps/v1
kind: StatefulSet
spec:
  template:
    spec:
      initContainers:
      containers: [{ name: postgres, image: postgres:18 }]
---
apiVersion: batch/v1
kind: CronJob
spec:
  jobTemplate: { spec: { template: { spec: { containers: [{ name: verify, image: halftone/tools:1 }] } } } }
---
# image: commented/out:1
apiVersion: v1
kind: ConfigMap
data:
  note: "image: not/one:1"
---
`;

test('every image that a container runs, once, wherever the pod template is', () => {
  expect(imagesOf(manifest)).toEqual(['halftone/orders:1', 'halftone/tools:1', 'postgres:18']);
});

test('nothing rendered, nothing wanted', () => {
  expect(imagesOf('')).toEqual([]);
});
