import { complaintsAboutPasswords, type Rendered } from './password-rules.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const secret = (data: Record<string, string>): Rendered => ({
  kind: 'Secret',
  metadata: { name: 'shop-secrets' },
  data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, base64(text)])),
});
type Env = { name: string; value?: string; valueFrom?: object };
const payments = (...env: Env[]): Rendered => ({
  kind: 'Deployment',
  metadata: { name: 'shop-payments' },
  spec: { template: { spec: { containers: [{ env }] } } },
});
const given = { name: 'SEED_PASSWORD', valueFrom: { secretKeyRef: {} } };

test('passwords that were made up, given from a Secret, are fine', () => {
  const manifests = [
    secret({ 'seed-password': 'x7'.repeat(16) }),
    payments(given, { name: 'LOG_LEVEL', value: 'info' }),
  ];
  expect(complaintsAboutPasswords(manifests)).toEqual([]);
});

test.each<[string, Rendered, string]>([
  ['the known one in a Secret', secret({ 'seed-password': 'halftone' }), 'seed-password: everybody knows it'],
  ['a short one in a Secret', secret({ 'redis-password': 'x7x7' }), 'redis-password: it has fewer than 16'],
  [
    'one in the environment',
    payments(given, { name: 'BANK_PASSWORD', value: 'x7'.repeat(16) }),
    'stands there as text',
  ],
  ['none for the demo customers', payments(), 'has no SEED_PASSWORD'],
  [
    'the known one for the demo customers',
    payments({ name: 'SEED_PASSWORD', value: 'halftone' }),
    'has no SEED_PASSWORD',
  ],
  ['rich customers', payments(given, { name: 'SEED_LOAD_CUSTOMERS', value: '10' }), 'makes 10 customers'],
])('%s is named', (_what, manifest, complaint) => {
  expect(complaintsAboutPasswords([manifest]).join('\n')).toContain(complaint);
});
