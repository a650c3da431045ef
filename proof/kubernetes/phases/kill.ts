/** Deletes a pod of each service, then of each engine, by force, like the loss of a node. */
import { killEach } from '../disturbance/kill-and-watch.ts';
import { byForce } from '../kill/kill-pod.ts';
import type { Phase } from '../phase.ts';

export const kill: Phase = {
  name: 'kill',
  title: "forced deletion of each service's pod, then of each engine's, under load",
  needsRelease: true,
  run: (context) => killEach(context, { verb: 'delete', by: byForce }),
};
