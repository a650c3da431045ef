/** Reads the current CPU and memory of the pods, as `kubectl top` shows them: from metrics-server, which looks about every 15 s. */
import { getRaw } from './kubectl.ts';
import { numberOf } from './quantity.ts';
import type { Target } from './target.ts';

export interface PodMetrics {
  metadata: { name: string; labels?: Record<string, string> };
  timestamp: string;
  containers: { name: string; usage: { cpu: string; memory: string } }[];
}

export interface Usage {
  pod: string;
  component: string;
  /** Working set. */
  bytes: number;
  cores: number;
}

export function usageOf({ metadata, containers }: PodMetrics): Usage {
  const sum = (of: 'cpu' | 'memory') => containers.reduce((total, { usage }) => total + numberOf(usage[of]), 0);
  const component = metadata.labels?.['app.kubernetes.io/component'] ?? '';
  return { pod: metadata.name, component, bytes: sum('memory'), cores: sum('cpu') };
}

/** Every pod of the release that has been measured. Rejects where there is no metrics-server. */
export async function top(target: Target): Promise<Usage[]> {
  const selector = encodeURIComponent(`app.kubernetes.io/instance=${target.release}`);
  const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${target.namespace}/pods?labelSelector=${selector}`;
  const { items } = await getRaw<{ items: PodMetrics[] }>(target, path).catch((cause: unknown) => {
    throw new Error(`the cluster measures nothing: it needs metrics-server (k8s/README.md says how)`, { cause });
  });
  return items.map(usageOf);
}
