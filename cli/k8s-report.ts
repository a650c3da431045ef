/** `halftone k8s report`: what the release costs, as measured now: memory, requests and limits, image sizes, start-up times. */
import { requireAnswer } from '@halftone/tools/cluster/cluster.ts';
import { type TargetOptions, targetOf } from '@halftone/tools/cluster/target.ts';
import { linesOf, reportOf } from '@halftone/proof/kubernetes/footprint/report.ts';
import { measure } from '@halftone/proof/kubernetes/footprint/measure.ts';

export async function run({ json, ...at }: TargetOptions & { json: boolean }): Promise<number> {
  const target = targetOf(at);
  await requireAnswer(target);
  const report = reportOf(await measure(target));
  const text = json ? JSON.stringify(report) : linesOf(report).join('\n');
  process.stdout.write(`${text}\n`);
  return report.ok ? 0 : 1;
}
