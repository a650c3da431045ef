/** What an upgrade must not lose: every Secret byte for byte, and everything that was ever counted. Pure. */
import { createHash } from 'node:crypto';
import type { JobVerdict } from '../verify-job.ts';

export interface Secret {
  metadata: { name: string };
  type?: string;
  data?: Record<string, string>;
}

export interface Keepsake {
  /** Hash of the data by name of Secret. */
  secrets: Record<string, string>;
  /** What verify counted, by invariant. */
  counts: Record<string, number>;
}

/** Values are never kept or shown. */
const hashOf = ({ data = {} }: Secret): string =>
  createHash('sha256')
    .update(JSON.stringify(Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1))))
    .digest('hex');

/** helm's own records of its releases are meant to change. */
const isHelms = ({ type = '' }: Secret): boolean => type.startsWith('helm.sh/');

export const keepsakeOf = (secrets: readonly Secret[], { results }: JobVerdict): Keepsake => ({
  secrets: Object.fromEntries(
    secrets.filter((secret) => !isHelms(secret)).map((secret) => [secret.metadata.name, hashOf(secret)]),
  ),
  counts: Object.fromEntries(results.map(({ invariant, checked }) => [invariant, checked])),
});

export function lostBetween(before: Keepsake, after: Keepsake): string[] {
  const names = new Set([...Object.keys(before.secrets), ...Object.keys(after.secrets)]);
  const changed = [...names].filter((name) => before.secrets[name] !== after.secrets[name]);
  const fewer = Object.entries(before.counts).filter(([name, count]) => (after.counts[name] ?? 0) < count);
  return [
    ...(Object.keys(before.secrets).length === 0 ? ['there was no Secret to compare'] : []),
    ...changed.map((name) => `Secret ${name} is not what it was`),
    ...fewer.map(([name, count]) => `${name}: ${after.counts[name] ?? 0} where there were ${count}`),
  ];
}
