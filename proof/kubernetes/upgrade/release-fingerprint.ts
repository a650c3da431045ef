/** An upgrade must keep every Secret byte for byte, and the numbers that verify counts. Pure. */
import { createHash } from 'node:crypto';
import type { Secret } from '@halftone/tools/cluster/objects.ts';
import type { JobVerdict } from '../verify-job.ts';

export interface ReleaseFingerprint {
  /** Hash of the data by name of Secret. */
  secrets: Record<string, string>;
  /** The counts of verify, by invariant. */
  counts: Record<string, number>;
}

/** Values are never kept or shown. */
const hashOf = ({ data = {} }: Secret): string =>
  createHash('sha256')
    .update(JSON.stringify(Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1))))
    .digest('hex');

/** helm's own records of its releases are meant to change. */
const isHelms = ({ type = '' }: Secret): boolean => type.startsWith('helm.sh/');

export const fingerprintOf = (secrets: readonly Secret[], { results }: JobVerdict): ReleaseFingerprint => ({
  secrets: Object.fromEntries(
    secrets.filter((secret) => !isHelms(secret)).map((secret) => [secret.metadata.name, hashOf(secret)]),
  ),
  counts: Object.fromEntries(results.map(({ invariant, checked }) => [invariant, checked])),
});

export function lostBetween(before: ReleaseFingerprint, after: ReleaseFingerprint): string[] {
  const names = new Set([...Object.keys(before.secrets), ...Object.keys(after.secrets)]);
  const changed = [...names].filter((name) => before.secrets[name] !== after.secrets[name]);
  const fewer = Object.entries(before.counts).filter(([name, count]) => (after.counts[name] ?? 0) < count);
  return [
    ...(Object.keys(before.secrets).length === 0 ? ['there was no Secret to compare'] : []),
    ...changed.map((name) => `Secret ${name} is not what it was`),
    ...fewer.map(([name, count]) => `${name}: ${after.counts[name] ?? 0} where there were ${count}`),
  ];
}
