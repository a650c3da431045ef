/** The unit tests of all projects in one run of Jest, and their tests on real engines in another. */
import { join } from 'node:path';
import { root } from '../os/config.ts';
import type { Check, Outcome } from './check.ts';
import { runNode } from './command.ts';
import { forgetCounts, readCounts, sumCounts, type Tier } from './counts.ts';
import { withTestEngines } from './test-engines.ts';

const program = join(root, 'node_modules/jest/bin/jest.js');
const config = join(import.meta.dirname, 'all-projects.jest.cjs');

async function runTier(tier: Tier, env: Record<string, string>, signal: AbortSignal): Promise<Outcome> {
  forgetCounts(tier);
  const { code, output } = await runNode(program, ['--config', config], { env, signal });
  return { ...sumCounts(readCounts(tier), code), output };
}

export const unit: Check = { name: 'unit tests', run: (signal) => runTier('unit', {}, signal) };

export const integration: Check = {
  name: 'integration tests',
  run: (signal) => withTestEngines(signal, (env) => runTier('int', { ...env, TIER: 'int' }, signal)),
};
