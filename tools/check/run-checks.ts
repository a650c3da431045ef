/**
 * Takes checks one after the other, all of them even if some fail; parallel lists run side by side. Words go to stderr, the
 * last line `N passed, N failed` to stdout; `only` takes those that a name is part of. With `json` stdout has a line
 * per check and the sum, as JSON.
 */
import { exInterrupted } from '../terminal/exit-code.ts';
import { UsageError } from '../terminal/usage-error.ts';
import type { Check, Outcome } from './check.ts';

/** Lists of checks that run at the same time; within a list one after the other. */
interface ParallelChecks {
  parallel: readonly (readonly Check[])[];
}

export type Step = Check | ParallelChecks;

const say = (line: string) => process.stderr.write(`${line}\n`);
const print = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`);

async function take({ name, run }: Check, signal: AbortSignal): Promise<Outcome> {
  say(`▶ ${name}`);
  const start = performance.now();
  const failed = (error: unknown): Outcome => ({
    passed: 0,
    failed: 1,
    output: error instanceof Error ? error.message : String(error),
  });
  const outcome = await run(signal, (line) => say(`  ${line}`)).catch(failed);
  const took = `${((performance.now() - start) / 1000).toFixed(1)} s`;
  for (const test of outcome.skippedTests ?? []) say(`! skipped: ${test}`);
  if (outcome.skipped) say(`- ${name}: ${outcome.skipped}`);
  else if (outcome.failed === 0) say(`✔ ${name}: ${outcome.passed} passed, ${took}`);
  else say(`${outcome.output.trimEnd()}\n✘ ${name}: ${outcome.passed} passed, ${outcome.failed} failed, ${took}`);
  return outcome;
}

/** Throws when no check has that name: a run without checks must not look like one without failures. */
export function chosenOf<Named extends { name: string }>(checks: readonly Named[], parts: readonly string[]): Named[] {
  for (const part of parts) {
    if (checks.some(({ name }) => name.includes(part))) continue;
    throw new UsageError(`nothing is called ${part}; there is:\n${checks.map(({ name }) => `  ${name}`).join('\n')}`);
  }
  return checks.filter(({ name }) => parts.length === 0 || parts.some((part) => name.includes(part)));
}

export const checksOf = (step: Step): readonly Check[] => ('run' in step ? [step] : step.parallel.flat());

/** One step after the other; within a step all lists in parallel. */
export async function takeSteps(steps: readonly Step[], takeOne: (check: Check) => Promise<void>): Promise<void> {
  const takeList = async (list: readonly Check[]) => {
    for (const check of list) await takeOne(check);
  };
  for (const step of steps) {
    if ('run' in step) await takeOne(step);
    else await Promise.all(step.parallel.map(takeList));
  }
}

export interface CheckOptions {
  only: string[];
  list: boolean;
  json: boolean;
}

function listOf(checks: readonly Check[], json: boolean): number {
  for (const { name } of checks) process.stdout.write(`${json ? JSON.stringify({ name }) : name}\n`);
  return 0;
}

/** The exit code. Throws when it is called wrongly. */
export async function runChecks(steps: readonly Step[], { only, list, json }: CheckOptions): Promise<number> {
  const chosen = chosenOf(steps.flatMap(checksOf), only);
  if (list) return listOf(chosen, json);
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => stopping.abort(new Error('interrupted')));
  const outcomes: [string, Outcome][] = [];
  await takeSteps(steps, async (check) => {
    if (stopping.signal.aborted || !chosen.includes(check)) return;
    const outcome = await take(check, stopping.signal);
    outcomes.push([check.name, outcome]);
    if (json) print({ check: check.name, passed: outcome.passed, failed: outcome.failed, skipped: outcome.skipped });
  });
  const sum = (of: 'passed' | 'failed') => outcomes.reduce((total, [, outcome]) => total + outcome[of], 0);
  const failures = outcomes.filter(([, { failed }]) => failed > 0).map(([name]) => name);
  if (failures.length > 0) say(`failed: ${failures.join(', ')}`);
  const skipped = outcomes.flatMap(([name, { skipped, skippedTests = [] }]) => (skipped ? [name] : skippedTests));
  if (skipped.length > 0) say(`NOT RUN (${skipped.length}): ${skipped.join('; ')}`);
  if (stopping.signal.aborted) say('interrupted: some checks did not run');
  const ok = failures.length === 0 && !stopping.signal.aborted;
  if (json) print({ ok, passed: sum('passed'), failed: sum('failed') });
  else process.stdout.write(`${sum('passed')} passed, ${sum('failed')} failed\n`);
  return stopping.signal.aborted ? exInterrupted : ok ? 0 : 1;
}
