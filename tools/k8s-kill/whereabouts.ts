/** On which pod how many clients are, as the pods' own metrics say; a client behind a Service cannot know. */
import { kubectl } from '../cluster/kubectl.ts';
import { isReady } from '../cluster/objects.ts';
import { pods } from '../cluster/pods.ts';
import type { Target } from '../cluster/target.ts';

/** Clients by pod; pods that can't be asked, as where the API server may not reach them, are left out. */
export type Whereabouts = Record<string, number>;

export async function whereabouts(target: Target): Promise<Whereabouts> {
  const all = (await pods(target, 'realtime')).filter(isReady);
  const asked = all.map(async ({ metadata: { name } }) => {
    const path = `/api/v1/namespaces/${target.namespace}/pods/${name}:8080/proxy/metrics`;
    const text = await kubectl(target, ['get', '--raw', path], { timeoutMs: 5_000 }).catch(() => undefined);
    return text === undefined ? [] : [[name, connectionsOf(text)] as const];
  });
  return Object.fromEntries((await Promise.all(asked)).flat());
}

/** The sum over the transports. Pure. */
export const connectionsOf = (metrics: string): number =>
  [...metrics.matchAll(/^realtime_connections(?:\{[^}]*\})? (\d+)/gm)].reduce(
    (sum, [, count]) => sum + Number(count),
    0,
  );

export const inWords = (found: Whereabouts): string =>
  Object.entries(found)
    .map(([pod, count]) => `${count} on ${pod}`)
    .join(', ') || 'not to be seen';
