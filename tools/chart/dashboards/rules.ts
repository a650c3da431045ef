/** The alert and recording rules of the chart, as data. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../os/config.ts';
import { parse } from 'yaml';

export interface Rule {
  record?: string;
  alert?: string;
  expr: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

export interface RuleTest {
  name: string;
  promql_expr_test: { expr: string; exp_samples: { labels: string }[] }[];
}

const chart = join(root, 'helm/halftone');
const documents = <T>(folder: string): T[] =>
  readdirSync(join(chart, folder)).map((name) => parse(readFileSync(join(chart, folder, name), 'utf8')) as T);

/** Absolute paths, for a Prometheus that loads them. */
export const ruleFiles = (): string[] =>
  readdirSync(join(chart, 'files/rules')).map((name) => join(chart, 'files/rules', name));

export const rules = (): Rule[] =>
  documents<{ groups: { rules: Rule[] }[] }>('files/rules').flatMap(({ groups }) =>
    groups.flatMap((group) => group.rules),
  );

export const ruleTests = (): RuleTest[] =>
  documents<{ tests: RuleTest[] }>('tests/rules').flatMap(({ tests }) => tests);
