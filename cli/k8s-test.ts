/** `halftone k8s test`: everything that is promised about Halftone on Kubernetes, shown on a real cluster. */
import { type TargetOptions, targetOf } from '@halftone/tools/cluster/target.ts';
import { takeReleasePassword } from '@halftone/tools/cluster/release-password.ts';
import { releaseUrls, type ReleaseUrls } from '@halftone/tools/cluster/urls.ts';
import { noteUndo } from '@halftone/tools/os/started.ts';
import { deletionOf } from '@halftone/tools/cluster/cluster.ts';
import { down } from '@halftone/proof/kubernetes/phases/down.ts';
import { onInterruption } from '@halftone/tools/os/interruption.ts';
import { chosenPhases, phases, runPhases } from '@halftone/proof/kubernetes/plan.ts';
import { Report } from '@halftone/proof/kubernetes/report.ts';
import type { PhaseContext } from '@halftone/proof/kubernetes/phase.ts';

export { phases };

const say = (line: string) => process.stderr.write(`${line}\n`);
const print = (line: string) => process.stdout.write(`${line}\n`);

export interface K8sTestOptions extends TargetOptions {
  only: string[];
  list: boolean;
  keep: boolean;
  json: boolean;
}

function list(json: boolean): number {
  for (const { name, title } of phases) print(json ? JSON.stringify({ name, title }) : `${name.padEnd(14)} ${title}`);
  return 0;
}

export async function run(values: K8sTestOptions): Promise<number> {
  if (values.list) return list(values.json);
  const target = targetOf(values);
  const report = new Report({ json: values.json, say, print });
  const { signal } = onInterruption(() => undefined);
  let found: Promise<ReleaseUrls> | undefined;
  const context: PhaseContext = {
    target,
    report,
    signal,
    keep: values.keep,
    urls: () => (found ??= takeReleasePassword(target).then(() => releaseUrls(target))),
  };
  const begun = performance.now();
  const chosen = chosenPhases(values.only);
  // Interrupted or killed, it does not reach its last phase, which deletes the cluster.
  const { way } = target;
  if (way !== 'context' && !values.keep && chosen.includes(down)) noteUndo(deletionOf({ way }));
  await runPhases(chosen, context);
  say(`${((performance.now() - begun) / 1000).toFixed(0)} s in all`);
  return report.end();
}
