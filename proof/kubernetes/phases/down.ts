/** Removes the release and the cluster; nothing may be left. */
import { down as k8sDown } from '@halftone/tools/cluster/down.ts';
import { forgetUndo } from '@halftone/tools/os/started.ts';
import { Progress } from '@halftone/tools/terminal/progress.ts';
import type { Phase } from '../phase.ts';

export const down: Phase = {
  name: 'down',
  title: 'taken away',
  needsRelease: false,
  run: async ({ report, target, keep }) => {
    if (keep) return report.skip('nothing is left', 'the cluster is kept, as --keep asks');
    await report.check('nothing is left', async () => {
      const left = await k8sDown(target, new Progress(false));
      if (left.length > 0) throw new Error(left.join('\n'));
      forgetUndo();
      return 'cluster, containers, volumes and context are gone';
    });
  },
};
