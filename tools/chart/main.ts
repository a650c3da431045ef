/** `npm run chart [-- --check | --test]`: the table of the chart's values, and what the chart must refuse and must contain. */
import { writeFileSync } from 'node:fs';
import { argumentsOf } from '../command/arguments.ts';
import { checkChart } from './check-chart.ts';
import { readmeFile, readReadme, readSchema, readValues } from './chart-files.ts';
import { driftOf } from './drift.ts';
import { rowsOf } from './schema.ts';
import { tableOf, withTable } from './values-table.ts';

const usage = `npm run chart               writes the table of values into helm/halftone/README.md from values.schema.json
npm run chart -- --check    changes nothing; exit code 1 when the table is stale or values.yaml says something else
npm run chart -- --test     renders the chart in many ways and judges the result; needs helm`;

const options = { check: { type: 'boolean' }, test: { type: 'boolean' }, help: { type: 'boolean' } } as const;
const { values } = argumentsOf({ options }, usage);

const say = (line: string) => process.stderr.write(`${line}\n`);

function writeTable(): boolean {
  const rows = rowsOf(readSchema());
  const drift = driftOf(rows, readValues());
  drift.forEach(say);
  const current = readReadme();
  const wanted = withTable(current, tableOf(rows));
  if (values.check && wanted !== current)
    say('helm/halftone/README.md is stale: run npm run chart and commit the result');
  if (!values.check) writeFileSync(readmeFile, wanted);
  return drift.length === 0 && (!values.check || wanted === current);
}

async function main(): Promise<boolean> {
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    return true;
  }
  if (!values.test) return writeTable();
  const { passed, failed } = await checkChart(say);
  say(`${passed} held, ${failed} failed`);
  return failed === 0;
}

main().then(
  (held) => (process.exitCode = held ? 0 : 1),
  (error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  },
);
