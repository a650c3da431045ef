/** Checks of the deployment: the page of the chart, dashboards, alert rules and load tests. */
import { join } from 'node:path';
import { root } from '../os/config.ts';
import { exUnavailable } from '../terminal/exit-code.ts';
import { verdict, type Check } from './check.ts';
import { runNode } from './command.ts';

const main = join(root, 'cli/main.ts');

/** Of a file that is made from others. */
const current = (name: string, what: string): Check => ({
  name,
  run: async (signal) => verdict(await runNode(main, ['generate', what, '--check'], { signal })),
});

export const supergraphCurrent = current('supergraph is current', 'supergraph');

export const valuesTableCurrent = current("the chart's values table is current", 'chart');

export const limitsPageCurrent = current('the page of limits is current', 'limits');

export const dashboardsAndRules: Check = {
  name: 'dashboards and alert rules',
  run: async (signal) => {
    const finished = await runNode(main, ['dashboards', 'check'], { signal });
    // There is no promtool here.
    if (finished.code !== exUnavailable) return verdict(finished);
    return { passed: 0, failed: 0, output: '', skipped: finished.output.trim() };
  },
};

export const loadTestTypes: Check = {
  name: 'types of the load tests',
  run: async (signal) =>
    verdict(await runNode(join(root, 'node_modules/typescript/bin/tsc'), ['-p', join(root, 'load-tests')], { signal })),
};
