/** The metrics of one pod. They are read inside of it, because only Prometheus may reach that port. */
import { kubectl } from '@halftone/tools/cluster/kubectl.ts';
import type { Target } from '@halftone/tools/cluster/target.ts';

const script = `fetch('http://127.0.0.1:9464/metrics').then((answer) => answer.text()).then(console.log)`;

/** The text that Prometheus would read. */
export const metricsOf = (target: Target, pod: string, timeoutMs: number): Promise<string> =>
  kubectl(target, ['exec', pod, '--', 'node', '-e', script], { timeoutMs });
