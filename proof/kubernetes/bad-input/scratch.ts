/** A Deployment beside the release: one more replica of a service with other settings. Pure. */
import type { Deployment } from '@halftone/tools/cluster/objects.ts';

type Container = Deployment['spec']['template']['spec']['containers'][number];

/** The selector of everything created here. */
export const scratchLabel = 'halftone-e2e=bad-input';

const labelsOf = (name: string): Record<string, string> => ({ 'halftone-e2e': 'bad-input', 'halftone-e2e-case': name });

/** Later entries of the same name win, so these come last. */
const withEnv = (container: Container, env: Readonly<Record<string, string>>): Container => ({
  ...container,
  env: [
    ...(container.env ?? []).filter(({ name }) => !(name in env)),
    ...Object.entries(env).map(([name, value]) => ({ name, value })),
  ],
});

/**
 * The pods keep the labels of the original, and so its network policies.
 * The Deployment is no part of the release, so no command waits for it.
 */
export function scratchOf(original: Deployment, name: string, env: Readonly<Record<string, string>>): object {
  const { template } = original.spec;
  const labels = { ...template.metadata.labels, ...labelsOf(name) };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels: labelsOf(name) },
    spec: {
      ...original.spec,
      replicas: 1,
      selector: { matchLabels: labelsOf(name) },
      template: {
        metadata: { ...template.metadata, labels },
        spec: {
          ...template.spec,
          containers: template.spec.containers.map((container) => withEnv(container, env)),
        },
      },
    },
  };
}

/** Returns what is wrong with a pod that waits for a dependency. */
export function wrongWhileWaiting(
  seen: { ready: boolean; restarts: number; log: string },
  mustSay: RegExp,
): string | undefined {
  const lines = seen.log.split('\n').filter(Boolean);
  const matching = lines.filter((line) => mustSay.test(line));
  if (seen.ready) return 'it is Ready although it cannot work';
  if (seen.restarts > 0) return `it was restarted ${seen.restarts} times`;
  if (matching.length === 0) return `no line of its log says ${mustSay}:\n${lines.slice(-5).join('\n')}`;
  if (lines.some((line) => /^\s+at /.test(line)))
    return `it prints a stack over many lines:\n${lines.slice(-5).join('\n')}`;
  return undefined;
}
