/** Kills the processes of a pod of each service, then of each engine, with SIGKILL. The kubelet restarts the container. */
import { pods } from '@halftone/tools/cluster/pods.ts';
import { killEach } from '../disturbance/kill-and-watch.ts';
import { withPodKiller } from '../kill/pod-killer.ts';
import { imageWithNode } from '../release-image.ts';
import type { Phase, PhaseContext } from '../phase.ts';

async function nodesOf({ target }: PhaseContext): Promise<Set<string>> {
  return new Set((await pods(target)).flatMap(({ spec }) => spec.nodeName ?? []));
}

export const sigkillPhase: Phase = {
  name: 'sigkill',
  title: 'SIGKILL for a pod of each service, then of each engine, without a word before, under load',
  needsRelease: true,
  run: async (context) =>
    withPodKiller(context.target, await nodesOf(context), await imageWithNode(context.target), (by) =>
      killEach(context, { verb: 'SIGKILL', by }),
    ),
};
