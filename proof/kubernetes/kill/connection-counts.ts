/** The number of clients per pod, from the pods' metrics. A client behind a Service cannot know its pod. */
import { isReady } from '@halftone/tools/cluster/objects.ts';
import { pods } from '@halftone/tools/cluster/pods.ts';
import type { Target } from '@halftone/tools/cluster/target.ts';
import { sampleOf } from '../../harness/metrics-text.ts';
import { metricsOf } from '../pod-metrics.ts';

/** Clients by pod. Pods that do not answer are left out. */
export type ConnectionCounts = Record<string, number>;

export async function connectionCounts(target: Target): Promise<ConnectionCounts> {
  const all = (await pods(target, 'realtime')).filter(isReady);
  const asked = all.map(async ({ metadata: { name } }) => {
    // Left out, as said above.
    const text = await metricsOf(target, name, 10_000).catch(() => undefined);
    return text === undefined ? [] : [[name, connectionsOf(text)] as const];
  });
  return Object.fromEntries((await Promise.all(asked)).flat());
}

/** The sum over the transports. Pure. */
export const connectionsOf = (metrics: string): number => sampleOf(metrics, 'realtime_connections') ?? 0;

export const inWords = (found: ConnectionCounts): string =>
  Object.entries(found)
    .map(([pod, count]) => `${count} on ${pod}`)
    .join(', ') || 'unknown';
