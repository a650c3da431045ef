/** `halftone k8s down`: takes away what `halftone k8s up` has made, and looks whether anything is left. */
import { type TargetOptions, targetOf } from '@halftone/tools/cluster/target.ts';
import { Progress } from '@halftone/tools/terminal/progress.ts';
import { down } from '@halftone/tools/cluster/down.ts';

export async function run({ json, ...at }: TargetOptions & { json: boolean }): Promise<number> {
  const progress = new Progress(json);
  const left = await down(targetOf(at), progress);
  if (json) progress.line({ ok: left.length === 0, left });
  return left.length === 0 ? 0 : 1;
}
