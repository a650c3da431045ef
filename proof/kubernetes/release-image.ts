/** The image of a service that runs: Node and nothing that would have to be pulled. */
import { pods } from '@halftone/tools/cluster/pods.ts';
import type { Target } from '@halftone/tools/cluster/target.ts';

export async function imageWithNode(target: Target): Promise<string> {
  const [pod] = await pods(target, 'gateway');
  const image = pod?.spec.containers[0]?.image;
  if (image === undefined) throw new Error('no gateway runs in this release');
  return image;
}
