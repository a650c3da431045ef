/** The verdicts as a table of a page. Pure. */
import { markdownTable, withSection } from '@halftone/tools/terminal/table.ts';
import type { Verdict } from './verdict.ts';

const marks = ['<!-- failures: written by `npm run lab -- failures --write` -->', '<!-- /failures -->'] as const;

const columns = [
  'failure',
  'transport',
  'connection',
  'noticed after',
  'back after',
  'lost',
  'duplicated',
  'in order',
  'remark',
  '',
];

const ms = (value: number | null) => (value === null ? '' : `${value} ms`);

const cellsOf = ({ failure, transport, cuts, noticedMs, backMs, lost, duplicated, inOrder, remark, ok }: Verdict) => [
  failure,
  transport,
  cuts === 0 ? 'kept' : cuts === 1 ? 'lost once' : `lost ${cuts} times`,
  ms(noticedMs),
  ms(backMs),
  `${lost}`,
  `${duplicated}`,
  inOrder ? 'yes' : 'no',
  remark ?? '',
  ok ? '✔' : '✘',
];

export const tableOf = (verdicts: readonly Verdict[]): string => markdownTable(columns, verdicts.map(cellsOf), true);

/** The page with this table in the place of the one it had. Throws when it has no place for one. */
export const withTable = (page: string, table: string): string => withSection(page, marks, table);
