/** The sizes and speeds of what ran, then nothing of it is left. */
import { down as k8sDown } from '../../k8s-down/down.ts';
import { Progress } from '../../start/progress.ts';
import type { Phase } from '../world.ts';

export const down: Phase = {
  name: 'down',
  title: 'taken away',
  needsRelease: false,
  run: async ({ report, target, keep }) => {
    if (keep) return report.skip('nothing is left', 'the cluster is kept, as --keep asks');
    await report.check('nothing is left', async () => {
      const left = await k8sDown(target, new Progress(false));
      if (left.length > 0) throw new Error(left.join('\n'));
      return 'cluster, containers, volumes and context are gone';
    });
  },
};
