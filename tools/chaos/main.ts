/** `npm run chaos -- --seed N --minutes M`: faults under load, then verify. Exit code 0 only if nothing was lost or done twice. */
import { parseArgs } from 'node:util';
import { killArena } from '../arena/arena.ts';
import { readJson, writeJson } from '../engines/home.ts';
import { onInterruption } from '../engines/interruption.ts';
import { runMain } from '../command/run-main.ts';
import { tableHead, tableLine } from './report.ts';
import { chaosFolder, historyFile, runChaos, type ChaosResult } from './run.ts';
import { readScenarios } from './scenario.ts';
import { lineOf, planOf, type Planned } from './schedule.ts';
import { replicasOf } from './stage.ts';

const help = `npm run chaos -- --seed N --minutes M   commits faults for M minutes (5) on a system of its own, then judges
npm run chaos -- --replay N             the schedule of an earlier run with seed N again
npm run chaos -- --plan [--seed N]      shows the schedule and commits nothing
npm run chaos -- --list                 what can be broken, one file in chaos/ for each

--only ID      only this fault, as often as it fits; may be repeated
--bug NAME     plants a bug of libs/service/src/planted.ts in a test build: then chaos must fail
--json         one JSON line per fault and a last one with the outcome on stdout; words on stderr
`;

// Whoever read our output may be gone; what was broken must still be stopped.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

const say = (text: string) => process.stderr.write(`${text}\n`);
const print = (text: string) => process.stdout.write(`${text}\n`);

const options = {
  seed: { type: 'string', default: '1' },
  minutes: { type: 'string' },
  replay: { type: 'string' },
  only: { type: 'string', multiple: true },
  bug: { type: 'string' },
  plan: { type: 'boolean' },
  list: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

interface Kept {
  minutes: number;
  only: string[];
  schedule: string[];
}

const keptFile = (seed: number) => `${chaosFolder}/${seed}.json`;

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value < 2 ** 32) return value;
  throw new Error(`--${name} ${text} is no whole number`);
}

interface Wanted {
  seed: number;
  minutes: number;
  only: string[];
}

/** Throws when an earlier schedule cannot be repeated because the files have changed since. */
function planFor({ seed, minutes, only }: Wanted, before: Kept | undefined): Planned[] {
  const all = readScenarios();
  const unknown = only.find((id) => !all.some((scenario) => scenario.id === id));
  if (unknown) throw new Error(`no file in chaos/ has the id '${unknown}'`);
  const scenarios = only.length > 0 ? all.filter(({ id }) => only.includes(id)) : all;
  const plan = planOf(seed, minutes, scenarios, replicasOf);
  if (plan.length === 0) throw new Error(`no fault fits into ${minutes} minutes`);
  if (before && before.schedule.join('\n') !== plan.map(lineOf).join('\n')) {
    throw new Error(`the files in chaos/ have changed since seed ${seed} was run: its schedule is another one now`);
  }
  return plan;
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options });
  if (values.help) return (say(help), 0);
  if (values.list) return list();
  const seed = wholeNumber('seed', values.replay ?? values.seed);
  const before = values.replay ? readJson<Kept>(keptFile(seed)) : undefined;
  if (values.replay && !before) throw new Error(`seed ${seed} was not run here: ${keptFile(seed)} is missing`);
  const minutes = Number(values.minutes ?? before?.minutes ?? 5);
  if (!(minutes > 0)) throw new Error(`--minutes ${values.minutes} is no time`);
  const only = values.only ?? before?.only ?? [];
  const plan = planFor({ seed, minutes, only }, before);
  if (!values.json || values.plan) for (const planned of plan) (values.json ? say : print)(lineOf(planned));
  if (values.plan) return 0;
  const interruption = onInterruption(killArena);
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

function list(): number {
  for (const { id, breaks, fault, expect, atRisk } of readScenarios()) {
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

runMain(main, 1);
