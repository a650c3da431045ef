/** The tests of all projects on real engines, in one run of Jest. */
import { join } from 'node:path';
import { root } from '../os/config.ts';
import type { Check } from './check.ts';
import { runNode } from './command.ts';
import { forgetCounts, readCounts, sumCounts } from './counts.ts';
import { withTestEngines } from './test-engines.ts';

const program = join(root, 'node_modules/jest/bin/jest.js');
const config = join(import.meta.dirname, 'integration.jest.cjs');

export const integration: Check = {
  name: 'integration tests',
  run: async (signal) => {
    forgetCounts('int');
    const { code, output } = await withTestEngines(signal, (env) =>
      runNode(program, ['--config', config], { env: { ...env, TIER: 'int' }, signal }),
    );
    return { ...sumCounts(readCounts('int'), code), output };
  },
};
