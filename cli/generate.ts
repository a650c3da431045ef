/** `halftone generate [what...] [--check]`: the files that are made from others. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { limitAreas } from '@halftone/contracts';
import { errorTable, isErrorCode } from '@halftone/kernel';
import { composeSupergraph, supergraphFile } from '@halftone/tools/build/compose-supergraph.ts';
import { generateContracts } from '@halftone/tools/build/contracts.ts';
import { pageOf } from '@halftone/tools/build/limits-table.ts';
import { completeLockfile } from '@halftone/tools/build/lockfile.ts';
import { readmeFile, readReadme, readSchema, readValues } from '@halftone/tools/chart/chart-files.ts';
import { stale, writeAll } from '@halftone/tools/chart/dashboards/files.ts';
import { driftOf } from '@halftone/tools/chart/drift.ts';
import { rowsOf } from '@halftone/tools/chart/schema.ts';
import { tableOf, withTable } from '@halftone/tools/chart/values-table.ts';
import { run as runProgram } from '@halftone/tools/check/command.ts';
import { generatedCurrent } from '@halftone/tools/check/contracts.ts';
import { CommandFailed } from '@halftone/tools/os/command.ts';
import { root } from '@halftone/tools/os/config.ts';
import { onInterruption } from '@halftone/tools/os/interruption.ts';
import { messageOf } from '@halftone/tools/terminal/message-of.ts';
import { commandsPage } from './commands-page.ts';
import type { HalftoneCommand } from './registry/halftone-command.ts';
import { type GeneratedKind, generatedKinds } from './registry/generated-kinds.ts';

/** Writes, or only looks with `check`. Gives what is wrong. */
type Generator = (check: boolean, signal: AbortSignal) => Promise<string[]>;

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // It was never written.
    return '';
  }
}

const oneFile =
  (name: string, wanted: (current: string) => string | Promise<string>): Generator =>
  async (check) => {
    const file = join(root, name);
    const current = textOf(file);
    const text = await wanted(current);
    if (check) return text === current ? [] : [`${name} is stale`];
    writeFileSync(file, text);
    return [];
  };

const contracts: Generator = async (check, signal) => {
  const linted = await runProgram('buf', ['lint'], { signal });
  if (linted.code !== 0) return [linted.output];
  if (check) {
    const { failed, output } = await generatedCurrent.run(signal, () => undefined);
    return failed > 0 ? [output] : [];
  }
  const { code, output } = await generateContracts(root, signal);
  return code === 0 ? [] : [output];
};

const chart: Generator = (check) => {
  const rows = rowsOf(readSchema());
  const current = readReadme();
  const wanted = withTable(current, tableOf(rows));
  if (!check) writeFileSync(readmeFile, wanted);
  const stale = check && wanted !== current ? ['helm/halftone/README.md is stale'] : [];
  return Promise.resolve([...driftOf(rows, readValues()), ...stale]);
};

const dashboards: Generator = (check) => {
  const names = check ? stale() : (writeAll(), []);
  return Promise.resolve(names.map((name) => `${name} is stale`));
};

const statusOf = (code: string) => (isErrorCode(code) ? errorTable[code].http : undefined);

const generatorsOf = (program: HalftoneCommand): Readonly<Record<GeneratedKind, Generator>> => ({
  contracts,
  supergraph: oneFile(supergraphFile, composeSupergraph),
  chart,
  dashboards,
  limits: oneFile('docs/limits.md', () => pageOf(limitAreas, statusOf)),
  commands: oneFile('docs/commands.md', () => commandsPage(program)),
  lockfile: oneFile('package-lock.json', completeLockfile),
});

async function problemsOf(generate: Generator, check: boolean, signal: AbortSignal): Promise<string[]> {
  try {
    return await generate(check, signal);
  } catch (error) {
    return [error instanceof CommandFailed ? error.output : messageOf(error)];
  }
}

export async function run(
  { check, json }: { check: boolean; json: boolean },
  given: GeneratedKind[],
  program: HalftoneCommand,
): Promise<number> {
  const generators = generatorsOf(program);
  const { signal, exitCode } = onInterruption(() => undefined);
  const say = (text: string) => process.stderr.write(`${text}\n`);
  let ok = true;
  for (const what of given.length > 0 ? given : generatedKinds) {
    const problems = await problemsOf(generators[what], check, signal);
    ok &&= problems.length === 0;
    say([`${problems.length === 0 ? '✔' : '✘'} ${what}`, ...problems.map((problem) => `  ${problem}`)].join('\n'));
    if (check && problems.length > 0) say(`  run: ./halftone generate ${what}, and commit the result`);
    if (json) process.stdout.write(`${JSON.stringify({ generate: what, ok: problems.length === 0, problems })}\n`);
  }
  if (json) process.stdout.write(`${JSON.stringify({ ok })}\n`);
  return exitCode() || (ok ? 0 : 1);
}
