/**
 * `npm test`: everything a change must hold, one after the other, all of it even if some fails. Words go to stderr, the last line
 * `N passed, N failed` to stdout; a static check counts as one, tests by their number. `-- --only NAME` runs what the name is part of.
 */
import type { Check } from './check.ts';
import { bufBreaking, bufLint, generatedCurrent } from './contracts.ts';
import { dashboardsAndRules, loadTestTypes, valuesTableCurrent } from './deployment.ts';
import { endToEnd } from './end-to-end.ts';
import { toolkitsAtBank } from './foreign-toolkits.ts';
import { runChecks } from './run-checks.ts';
import { runMain } from '../command/run-main.ts';
import { withTestEngines } from './test-engines.ts';
import { format, lint, supergraphCurrent, syncCheck, tests, types } from './workspace.ts';

const integration: Check = {
  name: 'integration tests',
  run: (signal, say) => withTestEngines(signal, (env) => tests('', 'test-int', 'int', () => env).run(signal, say)),
};

const checks: readonly Check[] = [
  format,
  bufLint,
  bufBreaking,
  generatedCurrent,
  syncCheck,
  types,
  lint,
  supergraphCurrent,
  loadTestTypes,
  valuesTableCurrent,
  dashboardsAndRules,
  tests('unit tests', 'test', 'unit'),
  integration,
  toolkitsAtBank,
  endToEnd,
];

runMain(() => runChecks(checks, 'npm test'));
