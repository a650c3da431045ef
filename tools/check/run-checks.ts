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

/** The exit code. */
export async function runChecks(checks: readonly Check[]): Promise<number> {
  // Whoever read our output may be gone; what was started must still be stopped.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const { values } = parseArgs({ options: { only: { type: 'string', multiple: true, default: [] } } });
  const chosen = checks.filter(
    ({ name }) => values.only.length === 0 || values.only.some((part) => name.includes(part)),
  );
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
