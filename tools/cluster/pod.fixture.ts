/** Pods as tests want them. */
import type { Condition, Pod } from './objects.ts';

const at = '2026-01-01T00:00:00Z';

export const condition = (type: string, status: 'True' | 'False', rest: Partial<Condition> = {}): Condition => ({
  type,
  status,
  lastTransitionTime: at,
  ...rest,
});

/** A Ready pod by default. */
export function pod(name: string, status: Partial<Pod['status']> = {}, meta: Partial<Pod['metadata']> = {}): Pod {
  return {
    metadata: { name, uid: `uid of ${name}`, creationTimestamp: at, ...meta },
    spec: {
      containers: [{ name: 'orders', image: 'halftone/orders:1' }],
      initContainers: [{ name: 'prepare', image: 'halftone/tools:1' }],
    },
    status: {
      phase: 'Running',
      conditions: [condition('PodScheduled', 'True'), condition('Ready', 'True')],
      ...status,
    },
  };
}

export const scheduled = [condition('PodScheduled', 'True'), condition('Ready', 'False')];

/** Its only container waits for this reason. */
export const stuck = (reason: string, message?: string): Pod =>
  pod('orders-1', {
    phase: 'Pending',
    conditions: scheduled,
    containerStatuses: [
      { name: 'orders', ready: false, restartCount: 0, state: { waiting: { reason, ...(message && { message }) } } },
    ],
  });
