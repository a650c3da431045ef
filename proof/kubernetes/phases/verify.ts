/** The invariants of the shop after all that was done to it, judged inside the cluster. */
import type { Phase } from '../phase.ts';
import { mustHold, verifyInCluster } from '../verify-job.ts';

export const verify: Phase = {
  name: 'verify',
  title: 'the invariants, as a Job in the cluster',
  needsRelease: true,
  run: async ({ report, target }) => {
    await report.check('helm test', async () => {
      const verdict = await verifyInCluster(target);
      const lines = verdict.results.map(({ invariant, checked }) => `${invariant}: ${checked} checked`);
      return [mustHold(verdict), ...lines].join('\n');
    });
  },
};
