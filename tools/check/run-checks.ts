/**
 * Takes checks one after the other, all of them even if some fail. Words go to stderr, the last line `N passed, N failed` to stdout;
 * `--only NAME`, as often as wanted, takes those that the name is part of.
 */
import { parseArgs } from 'node:util';
import type { Check, Outcome } from './check.ts';

const say = (line: string) => process.stderr.write(`${line}\n`);

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
  if (outcome.skipped) say(`- ${name}: ${outcome.skipped}`);
  else if (outcome.failed === 0) say(`✔ ${name}: ${outcome.passed} passed, ${took}`);
  else say(`${outcome.output.trimEnd()}\n✘ ${name}: ${outcome.passed} passed, ${outcome.failed} failed, ${took}`);
  return outcome;
}

/** Throws when there is none of that name: nothing that was asked is not the same as nothing that failed. */
export function chosenOf<Named extends { name: string }>(checks: readonly Named[], parts: readonly string[]): Named[] {
  for (const part of parts) {
    if (checks.some(({ name }) => name.includes(part))) continue;
    throw new Error(`nothing is called ${part}; there is:\n${checks.map(({ name }) => `  ${name}`).join('\n')}`);
  }
  return checks.filter(({ name }) => parts.length === 0 || parts.some((part) => name.includes(part)));
}

/** The exit code. Throws when it is called wrongly. */
export async function runChecks(checks: readonly Check[], command: string): Promise<number> {
  // Whoever read our output may be gone; what was started must still be stopped.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const { values } = parseArgs({
    options: { only: { type: 'string', multiple: true, default: [] }, help: { type: 'boolean', default: false } },
  });
  if (values.help) {
    say(
      `${command} [-- --only NAME]...    all of these in order, or those that a name is part of; the last line is the sum`,
    );
    for (const { name } of checks) say(`  ${name}`);
    return 0;
  }
  const chosen = chosenOf(checks, values.only);
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => stopping.abort(new Error('interrupted')));
  const outcomes: [string, Outcome][] = [];
  for (const check of chosen) {
    if (stopping.signal.aborted) break;
    outcomes.push([check.name, await take(check, stopping.signal)]);
  }
  const sum = (of: 'passed' | 'failed') => outcomes.reduce((total, [, outcome]) => total + outcome[of], 0);
  const failures = outcomes.filter(([, { failed }]) => failed > 0).map(([name]) => name);
  if (failures.length > 0) say(`failed: ${failures.join(', ')}`);
  if (stopping.signal.aborted) say('interrupted: not everything was asked');
  process.stdout.write(`${sum('passed')} passed, ${sum('failed')} failed\n`);
  return failures.length > 0 || stopping.signal.aborted ? 1 : 0;
}
