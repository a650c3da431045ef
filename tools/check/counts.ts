/** Sums what the projects' test runs have written down. */
import { globSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../os/config.ts';

export type Tier = 'unit' | 'int' | 'e2e' | 'foreign';

interface Counts {
  passed: number;
  failed: number;
  /** Names of tests that were not run. */
  skipped?: readonly string[];
}

const filesOf = (tier: Tier): string[] =>
  globSync(`{apps/*,libs/*,cli,proof,tools,e2e}/.test-results/${tier}.json`, { cwd: root });

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

interface Sum {
  passed: number;
  failed: number;
  skippedTests?: readonly string[];
}

/** A run that failed without a failed test, because it could not even begin, is one failure. */
export function sumCounts(counts: readonly Counts[], code: number): Sum {
  const passed = counts.reduce((sum, project) => sum + project.passed, 0);
  const failed = counts.reduce((sum, project) => sum + project.failed, 0);
  const skippedTests = counts.flatMap(({ skipped = [] }) => skipped);
  const sum = { passed, failed: failed === 0 && code !== 0 ? 1 : failed };
  return skippedTests.length > 0 ? { ...sum, skippedTests } : sum;
}
