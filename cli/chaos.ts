/** `halftone chaos --seed N --minutes M`: faults under load, then verify. Exit code 0 only if nothing was lost or done twice. */
import { killSandbox } from '@halftone/proof/harness/sandbox/sandbox.ts';
import { readJson, writeJson } from '@halftone/tools/os/home.ts';
import { onInterruption } from '@halftone/tools/os/interruption.ts';
import { UsageError } from '@halftone/tools/terminal/usage-error.ts';
import { tableHead, tableLine } from '@halftone/proof/chaos/report.ts';
import { chaosFolder, historyFile, runChaos, type ChaosResult } from '@halftone/proof/chaos/run.ts';
import { readScenarios } from '@halftone/proof/chaos/scenario.ts';
import { lineOf, planOf, type Planned } from '@halftone/proof/chaos/schedule.ts';
import { replicasOf } from '@halftone/proof/chaos/chaos-sandbox.ts';

export { readScenarios };

const say = (text: string) => process.stderr.write(`${text}\n`);
const print = (text: string) => process.stdout.write(`${text}\n`);

export interface ChaosOptions {
  seed: number;
  minutes?: number;
  replay?: number;
  only: string[];
  bug?: string;
  plan: boolean;
  list: boolean;
  json: boolean;
}

interface Kept {
  minutes: number;
  only: string[];
  schedule: string[];
}

const keptFile = (seed: number) => `${chaosFolder}/${seed}.json`;

interface Wanted {
  seed: number;
  minutes: number;
  only: string[];
}

/** Throws when an earlier schedule cannot be repeated because the files have changed since. */
function planFor({ seed, minutes, only }: Wanted, before: Kept | undefined): Planned[] {
  const all = readScenarios();
  const unknown = only.find((id) => !all.some((scenario) => scenario.id === id));
  if (unknown) throw new UsageError(`--only ${unknown}: no file in proof/chaos/faults/ has that id`);
  const scenarios = only.length > 0 ? all.filter(({ id }) => only.includes(id)) : all;
  const plan = planOf(seed, minutes, scenarios, replicasOf);
  if (plan.length === 0) throw new UsageError(`no fault fits into ${minutes} minutes`);
  if (before && before.schedule.join('\n') !== plan.map(lineOf).join('\n')) {
    throw new Error(
      `the files in proof/chaos/faults/ have changed since seed ${seed} was run: its schedule is another one now`,
    );
  }
  return plan;
}

export async function run(values: ChaosOptions): Promise<number> {
  if (values.list) return list(values.json);
  const seed = values.replay ?? values.seed;
  const before = values.replay === undefined ? undefined : readJson<Kept>(keptFile(seed));
  if (values.replay !== undefined && !before)
    throw new UsageError(`--replay ${seed}: that seed was not run here, ${keptFile(seed)} is missing`);
  const minutes = values.minutes ?? before?.minutes ?? 5;
  const only = values.only.length > 0 ? values.only : (before?.only ?? []);
  const plan = planFor({ seed, minutes, only }, before);
  if (!values.json || values.plan) for (const planned of plan) (values.json ? say : print)(lineOf(planned));
  if (values.plan) return 0;
  const interruption = onInterruption(killSandbox);
  const head = { minutes, only, schedule: plan.map(lineOf) };
  writeJson(keptFile(seed), head);
  try {
    const result = await runChaos({
      seed,
      plan,
      bug: values.bug,
      note: say,
      done: ({ number, id, wellAt, liftedAt, hit, problem }) =>
        say(`fault ${number} ${id}: ${outcome(hit, wellAt && wellAt - liftedAt)}${problem ? `, ${problem}` : ''}`),
      signal: interruption.signal,
    });
    writeJson(keptFile(seed), { ...head, ...result });
    (values.json ? showJson : show)(result);
    return result.ok ? 0 : 1;
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
    say('interrupted, everything is stopped');
    return interruption.exitCode();
  }
}

const outcome = (hit: boolean, ms: number | undefined): string =>
  !hit ? 'nothing came there' : ms === undefined ? 'NOT WELL' : `well after ${(ms / 1000).toFixed(1)} s`;

function list(json: boolean): number {
  for (const scenario of readScenarios()) {
    const { id, breaks, fault, expect, atRisk } = scenario;
    if (json) {
      print(JSON.stringify(scenario));
      continue;
    }
    print(`${id} (${fault.kind})\n    ${breaks}`);
    print(`    seen by: ${[...expect.metrics, ...expect.alerts, ...expect.spans].join(', ')}`);
    print(`    at risk: ${atRisk.join(', ')}`);
  }
  return 0;
}

function show(result: ChaosResult): void {
  const { seed, faults, total, hit, quietMs, notQuiet, invariants } = result;
  print(tableHead());
  for (const fault of faults) print(tableLine(fault));
  for (const { invariant, ok, checked, counterExample } of invariants) {
    if (!ok) print(`✘ ${invariant} (${checked} checked)\n${JSON.stringify(counterExample, null, 2)}`);
  }
  const left = Object.entries(notQuiet).map(([what, count]) => `${count} ${what}`);
  print(`${invariants.filter(({ ok }) => ok).length} of ${invariants.length} invariants hold`);
  print(left.length > 0 ? `NOT QUIET: ${left.join(', ')}` : `quiet after ${(quietMs / 1000).toFixed(1)} s`);
  const { requests, retried, unknown, lost, duplicated, p99Ms } = total;
  print(
    `seed ${seed}: ${hit} faults, ${requests} requests, ${retried} failed at first, ${unknown} unknown, p99 ${p99Ms} ms`,
  );
  print(`lost ${lost}, duplicated ${duplicated}${result.ok ? '' : ' — FAILED'}  (${historyFile(seed)})`);
}

function showJson({ faults, invariants, total, ok, ...rest }: ChaosResult): void {
  for (const line of [...faults, ...invariants]) print(JSON.stringify(line));
  print(JSON.stringify({ chaos: ok ? 'ok' : 'failed', faults: faults.length, ...rest, ...total }));
}
