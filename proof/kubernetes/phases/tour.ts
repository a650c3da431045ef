/** The tour of `npm start`, through the NodePorts; where it kills a process, a pod is force-deleted here. */
import { isReady } from '@halftone/tools/cluster/objects.ts';
import { forceDelete, pods, waitForRollout } from '@halftone/tools/cluster/pods.ts';
import type { Target } from '@halftone/tools/cluster/target.ts';
import type { TouredSystem } from '../../tour/toured-system.ts';
import { runTour } from '../../tour/tour.ts';
import { sampleOf } from '../../harness/metrics-text.ts';
import { metricsOf } from '../pod-metrics.ts';
import { verifyInCluster } from '../verify-job.ts';
import type { Phase, PhaseContext } from '../phase.ts';

/** How many WebSockets that replica serves, by its own count. */
async function socketsOf(target: Target, pod: string): Promise<number> {
  return sampleOf(await metricsOf(target, pod, 15_000), 'realtime_connections', { transport: 'websocket' }) ?? 0;
}

/** Behind one address are several pods; the tour's own WebSocket is the only one there is. */
async function killTheOneWithSockets(target: Target): Promise<string | undefined> {
  const ready = (await pods(target, 'realtime')).filter(isReady).map(({ metadata }) => metadata.name);
  const counts = await Promise.all(ready.map((pod) => socketsOf(target, pod)));
  const victim = ready[counts.findIndex((count) => count > 0)];
  if (victim !== undefined) await forceDelete(target, victim);
  return victim;
}

async function takeTour({ target, report, urls }: PhaseContext): Promise<void> {
  const system: TouredSystem = {
    urls: await urls(),
    killBehind: () => killTheOneWithSockets(target),
    verify: () => verifyInCluster(target),
  };
  const { lost, duplicated } = await runTour(system, ({ step, ok, ms, detail }) =>
    report.add({ check: step, outcome: ok ? 'passed' : 'failed', ms, detail: inWords(detail) }),
  );
  await report.check('over the whole tour', () => {
    if (lost + duplicated > 0) throw new Error(`lost ${lost}, duplicated ${duplicated}`);
    return 'lost 0, duplicated 0';
  });
}

/** The plain facts of a step. */
function inWords(detail: string | object): string {
  if (typeof detail === 'string') return detail;
  const plain = Object.entries(detail).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value));
  return plain.map(([key, value]) => `${key} ${String(value)}`).join(', ');
}

export const tour: Phase = {
  name: 'tour',
  title: "the tour's checks through the NodePorts",
  needsRelease: true,
  run: async (context) => {
    await takeTour(context);
    await context.report.check('realtime is whole again', () => waitForRollout(context.target, ['realtime']));
  },
};
