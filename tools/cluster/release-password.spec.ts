import { passwordCommand, passwordKeyOf } from './release-password.ts';
import type { Deployment } from './objects.ts';

const payments = (env: { name: string }[]): Deployment => ({
  metadata: { name: 'halftone-payments' },
  spec: { selector: {}, template: { metadata: {}, spec: { containers: [{ name: 'payments', env }] } } },
});

test('the password is where payments reads it', () => {
  const secretKeyRef = { name: 'mine', key: 'seed-password' };
  const env = [{ name: 'LOG_LEVEL' }, { name: 'SEED_PASSWORD', valueFrom: { secretKeyRef } }];
  expect(passwordKeyOf(payments(env))).toEqual(secretKeyRef);
});

test('a release of a chart without such a key has none', () => {
  expect(passwordKeyOf(payments([{ name: 'LOG_LEVEL' }]))).toBeUndefined();
});

test('the command for people names the context, the namespace and the Secret', () => {
  const command = passwordCommand({ way: 'context', context: 'c', namespace: 'n', release: 'r' });
  expect(command).toBe(`kubectl --context c -n n get secret r-secrets -o jsonpath='{.data.seed-password}' | base64 -d`);
});
