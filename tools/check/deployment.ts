/** What is deployed, loaded and watched: the chart's page, the dashboards, the alert rules, the load tests. */
import { join } from 'node:path';
import { root } from '../engines/config.ts';
import { verdict, type Check } from './check.ts';
import { runNode } from './command.ts';

const tool = (path: string) => join(root, 'tools', path);

/** What `dashboards check` answers when there is no promtool here. */
const notAsked = 2;

export const valuesTableCurrent: Check = {
  name: "the chart's values table is current",
  run: async (signal) => verdict(await runNode(tool('chart/main.ts'), ['--check'], { signal })),
};

export const dashboardsAndRules: Check = {
  name: 'dashboards and alert rules',
  run: async (signal) => {
    const finished = await runNode(tool('dashboards/main.ts'), ['check'], { signal });
    if (finished.code !== notAsked) return verdict(finished);
    return { passed: 0, failed: 0, output: '', skipped: finished.output.trim() };
  },
};

export const loadTestTypes: Check = {
  name: 'types of the load tests',
  run: async (signal) =>
    verdict(await runNode(join(root, 'node_modules/typescript/bin/tsc'), ['-p', join(root, 'load-tests')], { signal })),
};
