import type { Event } from '@halftone/tools/cluster/objects.ts';
import { refusalsAmong } from './refusal.ts';

const event = (reason: string, message: string): Event => ({
  type: 'Warning',
  reason,
  message,
  involvedObject: { kind: 'Pod', name: 'halftone-orders-a' },
});

const mountBeforeTheAuthorizerKnows =
  'Unable to attach or mount volumes: failed to fetch PVC from API server: persistentvolumeclaims "data-postgres-0" is forbidden: ' +
  'User "system:node:control-plane" cannot get resource "persistentvolumeclaims" in API group "" in the namespace "halftone": ' +
  "no relationship found between node 'control-plane' and this object";

test.each([
  ['the pod security level', event('FailedCreate', 'pods "a" is forbidden: violates PodSecurity "restricted:latest"')],
  ['a quota', event('FailedCreate', 'pods "a" is forbidden: exceeded quota: small')],
  ['an admission hook', event('Failed', 'admission webhook "policy.example" denied the request')],
  ['a missing permission', event('Failed', 'pods is forbidden: User "system:serviceaccount:halftone:a" cannot list')],
])('a refusal by %s counts', (_by, refusal) => {
  expect(refusalsAmong([refusal])).toEqual([refusal]);
});

test('a mount that the node authorizer did not know yet is no refusal', () => {
  expect(refusalsAmong([event('FailedMount', mountBeforeTheAuthorizerKnows)])).toEqual([]);
});

test('a probe that failed is no refusal', () => {
  expect(refusalsAmong([event('Unhealthy', 'Readiness probe failed: HTTP 503')])).toEqual([]);
});
