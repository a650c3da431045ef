import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Limit, limitAreas, limits } from '@halftone/contracts';
import { isErrorCode } from '@halftone/kernel';
import { declaredMetrics } from '../chart/dashboards/metric-names.ts';
import { root } from '../os/config.ts';
import { amountOf, pageOf } from './limits-table.ts';

const limit: Limit = {
  what: 'Bytes of a body.',
  value: 65_536,
  unit: 'bytes',
  per: 'request',
  setting: null,
  beyond: 'BODY_TOO_LARGE',
  metric: null,
};
const areas = [{ title: 'Bodies', about: 'What anybody may send.', limits: { body: limit } }];

test('a limit is a line, with the status of its code', () => {
  const page = pageOf(areas, () => 413);
  expect(page).toContain('## Bodies\n\nWhat anybody may send.\n');
  expect(page).toContain('| `body` | Bytes of a body | 64 KiB | request | `BODY_TOO_LARGE` (413) |  |  |');
});

test.each([
  [65_536, 'bytes', '64 KiB'],
  [300_000_000, 'bytes', '300,000,000 bytes'],
  [2 ** 20, 'bytes', '1 MiB'],
  [1_024, 'requests', '1,024 requests'],
] as const)('%d %s is %s', (value, unit, text) => expect(amountOf({ value, unit })).toBe(text));

const source = (file: string) => readFileSync(join(root, file), 'utf8');

test('each limit has a name of its own, and an area', () => {
  const names = limitAreas.flatMap((area) => Object.keys(area.limits));
  expect(names.toSorted()).toEqual(Object.keys(limits).toSorted());
});

/** GraphQL's own, and gRPC's own. */
const foreign = ['GRAPHQL_PARSE_FAILED', 'RESOURCE_EXHAUSTED', 'REFUSED_STREAM'];

test('codes, metrics and settings of the table are there', () => {
  const metrics = declaredMetrics(root).map(({ name }) => name);
  const texts = globSync('{apps,libs}/*/src/**/*.ts', { cwd: root }).filter(
    (file) => !/\.spec\.ts$|contracts\/src\/limits/.test(file),
  );
  const code = texts.map(source).join('\n');
  const all = Object.entries(limits as Readonly<Record<string, Limit>>);
  const faults = all.flatMap(([name, { beyond, metric, setting }]) => [
    ...(beyond.match(/\b[A-Z][A-Z_]{5,}\b/g) ?? [])
      .filter((word) => !isErrorCode(word) && !foreign.includes(word))
      .map((word) => `${name}: no code ${word}`),
    ...(metric && !metrics.includes(metric) ? [`${name}: no metric ${metric}`] : []),
    ...(setting && !code.includes(`${setting}:`) ? [`${name}: no setting ${setting}`] : []),
    ...(new RegExp(`\\b${name}\\b`).test(code) ? [] : [`${name}: nobody reads it`]),
  ]);
  expect(faults).toEqual([]);
});
