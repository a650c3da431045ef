/** No password that anybody could know stands in what the chart renders. Pure; each complaint names the object. */
import type { V1EnvVar } from '@kubernetes/client-node';
import type { Json } from '../cluster/objects.ts';

/** As far as passwords need it. */
export interface Rendered {
  kind: string;
  metadata: { name: string };
  data?: Record<string, string>;
  stringData?: Record<string, string>;
  spec?: { template?: { spec?: { containers: { env?: Json<V1EnvVar>[] }[] } } };
}

/** The passwords written in this project, and the most common ones. */
const known = ['halftone', 'postgres', 'password', 'admin', 'secret', 'changeme', 'alice', 'bob', 'olga'];

const isSecret = (name: string): boolean => /password|private-?_?key/i.test(name);
const shortest = 16;

const weaknessOf = (password: string): string | undefined => {
  if (known.includes(password.toLowerCase())) return 'everybody knows it';
  return password.length < shortest ? `it has fewer than ${shortest} characters` : undefined;
};

function complaintsAboutSecret({ kind, metadata, data = {}, stringData = {} }: Rendered): string[] {
  const decoded = Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64').toString()] as const);
  return [...decoded, ...Object.entries(stringData)].flatMap(([key, text]) => {
    const weakness = isSecret(key) ? weaknessOf(text) : undefined;
    return weakness ? [`${kind}/${metadata.name} ${key}: ${weakness}`] : [];
  });
}

const complaintsAboutEnv = ({ kind, metadata, spec }: Rendered): string[] =>
  (spec?.template?.spec?.containers ?? [])
    .flatMap(({ env = [] }) => env)
    .filter(({ name, value }) => isSecret(name) && value !== undefined)
    .map(({ name }) => `${kind}/${metadata.name} ${name} stands there as text`);

/** A service that is given no password falls back to the known one, or does not start. */
function complaintsAboutPayments({ kind, metadata, spec }: Rendered): string[] {
  if (kind !== 'Deployment' || !metadata.name.endsWith('-payments')) return [];
  const env = (spec?.template?.spec?.containers ?? []).flatMap(({ env: all = [] }) => all);
  const isGiven = env.some(({ name, valueFrom }) => name === 'SEED_PASSWORD' && valueFrom !== undefined);
  const rich = env.find(({ name, value }) => name === 'SEED_LOAD_CUSTOMERS' && value !== '0');
  return [
    ...(isGiven ? [] : [`${kind}/${metadata.name} has no SEED_PASSWORD from a Secret`]),
    ...(rich ? [`${kind}/${metadata.name} makes ${rich.value} customers for load tests`] : []),
  ];
}

export const complaintsAboutPasswords = (manifests: readonly Rendered[]): string[] =>
  manifests.flatMap((manifest) => [
    ...(manifest.kind === 'Secret' ? complaintsAboutSecret(manifest) : []),
    ...complaintsAboutEnv(manifest),
    ...complaintsAboutPayments(manifest),
  ]);
