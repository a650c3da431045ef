/**
 * `npm test`: everything a change must hold, all of it even if some fails; first what needs no engine. Words go to stderr, the last line `N passed, N failed` to stdout; a static check counts as one, tests by
 * their number. `--only NAME` runs what the name is part of, `--only check` those that need no engine.
 */
import type { Check } from '@halftone/tools/check/check.ts';
import { bufBreaking, bufLint, generatedCurrent } from '@halftone/tools/check/contracts.ts';
import {
  dashboardsAndRules,
  limitsPageCurrent,
  loadTestTypes,
  supergraphCurrent,
  valuesTableCurrent,
} from '@halftone/tools/check/deployment.ts';
import { endToEnd } from '@halftone/tools/check/end-to-end.ts';
import { integration, unit } from '@halftone/tools/check/project-tests.ts';
import { toolkitsAtBank } from '@halftone/proof/conformance/foreign-toolkits.ts';
import { type CheckOptions, checksOf, runChecks, type Step } from '@halftone/tools/check/run-checks.ts';
import { format, lint, promiseLint, spelling, syncCheck, types } from '@halftone/tools/check/workspace.ts';

/** Two lists side by side, because most of these use one processor each. */
const inParallel: readonly (readonly Check[])[] = [
  [format, bufLint, bufBreaking, generatedCurrent, syncCheck, lint],
  [
    types,
    promiseLint,
    spelling,
    supergraphCurrent,
    loadTestTypes,
    valuesTableCurrent,
    limitsPageCurrent,
    dashboardsAndRules,
  ],
];

const withoutEngines: readonly Step[] = [{ parallel: inParallel }, unit];

const onEngines: readonly Check[] = [integration, toolkitsAtBank, endToEnd];

const checks: readonly Step[] = [...withoutEngines, ...onEngines];

/** `--only check`: all that need no engine. */
const groups: Readonly<Record<string, readonly Check[]>> = { check: withoutEngines.flatMap(checksOf) };

const namesOf = (part: string): string[] => groups[part]?.map(({ name }) => name) ?? [part];

export const run = ({ only, ...options }: CheckOptions): Promise<number> =>
  runChecks(checks, { ...options, only: only.flatMap(namesOf) });

export const names = (): string[] => [...Object.keys(groups), ...checks.flatMap(checksOf).map(({ name }) => name)];
