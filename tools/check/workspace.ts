/** What Nx and Prettier say of the workspace. */
import { join } from 'node:path';
import { root } from '../engines/config.ts';
import { verdict, type Check } from './check.ts';
import { runNode, type Finished } from './command.ts';
import { forgetCounts, readCounts, sumCounts, type Tier } from './counts.ts';

const bin = (path: string): string => join(root, 'node_modules', path);
const nx = (args: string[], signal: AbortSignal, env: Record<string, string> = {}): Promise<Finished> =>
  runNode(bin('nx/dist/bin/nx.js'), args, { signal, env });

const runMany = (target: string) => ['run-many', '-t', target, '--output-style=static', '--parallel=2'];

export const format: Check = {
  name: 'format',
  run: async (signal) =>
    verdict(await runNode(bin('prettier/bin/prettier.cjs'), ['--check', '--log-level=warn', '.'], { signal })),
};

export const syncCheck: Check = {
  name: 'project references are current',
  run: async (signal) => verdict(await nx(['sync:check'], signal)),
};

export const types: Check = {
  name: 'types',
  run: async (signal) => verdict(await nx(runMany('build'), signal)),
};

export const lint: Check = {
  name: 'lint',
  run: async (signal) => verdict(await nx(runMany('lint'), signal)),
};

export const supergraphCurrent: Check = {
  name: 'supergraph is current',
  run: async (signal) =>
    verdict(await runNode(join(root, 'tools/build/compose-supergraph.ts'), ['--check'], { signal })),
};

/** All tests of a tier through Nx, counted one by one. */
export const tests = (
  name: string,
  target: string,
  tier: Tier,
  env: () => Record<string, string> = () => ({}),
): Check => ({
  name,
  run: async (signal) => {
    forgetCounts(tier);
    const { code, output } = await nx(runMany(target), signal, env());
    return { ...sumCounts(readCounts(tier), code), output };
  },
});
