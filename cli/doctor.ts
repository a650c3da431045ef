/** `halftone doctor [way]`: what this machine lacks for each way of running, and the command that installs it. */
import { waysFor } from '@halftone/tools/engines/way.ts';
import { forcedWay } from '@halftone/tools/os/config.ts';
import type { LocalWay } from '@halftone/tools/os/run-state.ts';
import { exUnavailable } from '@halftone/tools/terminal/exit-code.ts';
import { measureMachine } from './doctor/machine.ts';
import { probeAll } from './doctor/probes.ts';
import { judge, type Verdict, verdictOn, type WayReport } from './doctor/report.ts';
import { linesOfReport } from './doctor/table.ts';
import { type WayName, waysOf } from './doctor/ways.ts';

function show(reports: readonly WayReport[], verdict: Verdict, json: boolean): void {
  const out = json ? process.stderr : process.stdout;
  for (const report of reports) out.write(`${linesOfReport(report).join('\n')}\n\n`);
  out.write(verdict.ok ? `ready: ${verdict.ready.join(', ')}\n` : `not ready: ${verdict.failed.join(', ')}\n`);
  if (!json) return;
  for (const report of reports) process.stdout.write(`${JSON.stringify(report)}\n`);
  process.stdout.write(`${JSON.stringify(verdict)}\n`);
}

export async function run({ json }: { json: boolean }, only?: WayName): Promise<number> {
  const local = waysFor(undefined, forcedWay) as readonly LocalWay[];
  const [findings, machine] = await Promise.all([probeAll(), measureMachine()]);
  const wanted = waysOf(local).filter(({ name }) => only === undefined || name === only);
  const reports = wanted.map((way) => judge(way, findings, machine));
  const verdict = verdictOn(reports, only);
  show(reports, verdict, json);
  return verdict.ok ? 0 : exUnavailable;
}
