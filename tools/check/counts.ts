/** Sums what the projects' test runs have written down. */
import { globSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../engines/config.ts';

export type Tier = 'unit' | 'int' | 'e2e' | 'foreign';

interface Counts {
  passed: number;
  failed: number;
}

const filesOf = (tier: Tier): string[] =>
  globSync(`{apps/*,libs/*,tools,e2e}/.test-results/${tier}.json`, { cwd: root });

/** Nx puts back the results of what it takes from its cache, so whatever is there after a run is of that run. */
export const forgetCounts = (tier: Tier): void => filesOf(tier).forEach((file) => rmSync(join(root, file)));

export interface ProjectCounts extends Counts {
  project: string;
}

export const readCounts = (tier: Tier): ProjectCounts[] =>
  filesOf(tier).map((file) => {
    const counts = JSON.parse(readFileSync(join(root, file), 'utf8')) as Counts;
    return { project: dirname(dirname(file)), ...counts };
  });

/** A run that failed without a failed test, because it could not even begin, is one failure. */
export function sumCounts(counts: readonly Counts[], code: number): Counts {
  const passed = counts.reduce((sum, project) => sum + project.passed, 0);
  const failed = counts.reduce((sum, project) => sum + project.failed, 0);
  return { passed, failed: failed === 0 && code !== 0 ? 1 : failed };
}
