import { isReady, isRolledOut, startSecondsOf, type Workload } from './objects.ts';
import { condition, pod, scheduled } from './pod.fixture.ts';

const deployment = (status: Workload['status']): Workload => ({
  kind: 'Deployment',
  metadata: { name: 'orders', uid: '1', creationTimestamp: '', generation: 2 },
  spec: { replicas: 2 },
  status: { observedGeneration: 2, replicas: 2, readyReplicas: 2, updatedReplicas: 2, availableReplicas: 2, ...status },
});

test('rolled out when all are new, Ready and available, and no older one is left', () => {
  expect(isRolledOut(deployment({}))).toBe(true);
});

test.each<[string, Workload['status']]>([
  ['the change is not seen yet', { observedGeneration: 1 }],
  ['one is not Ready', { readyReplicas: 1 }],
  ['one is old', { updatedReplicas: 1 }],
  ['one was Ready for too short a time', { availableReplicas: 1 }],
  ['an old one is still there', { replicas: 3, readyReplicas: 3 }],
])('not while %s', (_, status) => {
  expect(isRolledOut(deployment(status))).toBe(false);
});

test('a StatefulSet is rolled out when its revision is the new one', () => {
  const set = (updateRevision: string): Workload => ({
    ...deployment({ currentRevision: 'a', updateRevision }),
    kind: 'StatefulSet',
  });
  expect(isRolledOut(set('a'))).toBe(true);
  expect(isRolledOut(set('b'))).toBe(false);
});

test('a pod that is ending takes no traffic, whatever its condition says', () => {
  expect(isReady(pod('a'))).toBe(true);
  expect(isReady(pod('a', {}, { deletionTimestamp: '2026-01-01T00:00:00Z' }))).toBe(false);
});

test('seconds from creation to Ready', () => {
  const ready = condition('Ready', 'True', { lastTransitionTime: '2026-01-01T00:00:07Z' });
  expect(startSecondsOf(pod('a', { conditions: [ready] }))).toBe(7);
  expect(startSecondsOf(pod('a', { conditions: scheduled }))).toBeUndefined();
});
