/** `halftone k8s up`: Halftone on a Kubernetes cluster, from nothing to URLs that answer. */
import type { OptionalPart, Profile } from '@halftone/tools/cluster/release.ts';
import { type TargetOptions, targetOf } from '@halftone/tools/cluster/target.ts';
import { onInterruption } from '@halftone/tools/os/interruption.ts';
import { Progress } from '@halftone/tools/terminal/progress.ts';
import { up } from '@halftone/tools/cluster/up.ts';

export interface UpArguments extends TargetOptions {
  profile: Profile;
  without: OptionalPart[];
  set: string[];
  values: string[];
  json: boolean;
}

export async function run({ profile, without, set, values, json, ...at }: UpArguments): Promise<number> {
  const target = targetOf(at);
  const progress = new Progress(json);
  const { signal, exitCode } = onInterruption(() => undefined);
  const outcome = await up({ target, profile, without, set, values }, progress, signal);
  if (json) progress.line(outcome);
  return exitCode() || (outcome.ok ? 0 : 1);
}
