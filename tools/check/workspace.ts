/** What Nx and Prettier say of the workspace. */
import { join } from 'node:path';
import { root } from '../os/config.ts';
import { verdict, type Check } from './check.ts';
import { runNode, type Finished } from './command.ts';

const bin = (path: string): string => join(root, 'node_modules', path);
const nx = (args: string[], signal: AbortSignal): Promise<Finished> =>
  runNode(bin('nx/dist/bin/nx.js'), args, { signal });

export const format: Check = {
  name: 'format',
  run: async (signal) =>
    verdict(await runNode(bin('prettier/bin/prettier.cjs'), ['--check', '--log-level=warn', '.'], { signal })),
};

export const syncCheck: Check = {
  name: 'project references are current',
  run: async (signal) => verdict(await nx(['sync:check'], signal)),
};

/** TypeScript 7 takes half the time; the linter and Nx need the programming interface of version 6. */
export const types: Check = {
  name: 'types',
  run: async (signal) => verdict(await runNode(bin('typescript-native/bin/tsc'), ['--build'], { signal })),
};

/**
 * In one run, which takes a third of the time of a run per project. Warnings fail too, because they would not be read here. ESLint
 * skips the rule about the layers of projects unless Nx has stored its graph before.
 */
export const lint: Check = {
  name: 'lint',
  run: async (signal) => {
    const graph = await nx(['show', 'projects'], signal);
    if (graph.code !== 0) return verdict(graph);
    return verdict(await runNode(bin('eslint/bin/eslint.js'), ['--max-warnings=0', '.'], { signal }));
  },
};

/** Promises that nobody awaits fail unseen. These rules need types, which Oxlint has in a tenth of ESLint's time (.oxlintrc.json). */
export const promiseLint: Check = {
  name: 'lint of promises',
  run: async (signal) => verdict(await runNode(bin('oxlint/bin/oxlint'), [], { signal })),
};

/** Words of code, comments and pages. `cspell.json` has the files, `prose/terms.txt` the terms that no dictionary has. */
export const spelling: Check = {
  name: 'spelling',
  run: async (signal) => {
    const cache = ['--cache', '--cache-location', join(root, '.halftone/spelling.cache')];
    return verdict(await runNode(bin('cspell/bin.mjs'), ['--no-progress', '--no-summary', ...cache], { signal }));
  },
};
