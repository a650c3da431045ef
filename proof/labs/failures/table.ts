/** The verdicts as a table of a page. Pure. */
import type { Verdict } from './verdict.ts';

const begin = '<!-- failures: written by `npm run lab -- failures --write` -->';
const end = '<!-- /failures -->';

const columns = [
  'failure',
  'by',
  'connection',
  'known after',
  'back after',
  'lost',
  'twice',
  'in order',
  'besides',
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

/** Cells of a column have one width, as the formatter has it. */
export function tableOf(verdicts: readonly Verdict[]): string {
  const rows = [columns, ...verdicts.map(cellsOf)];
  const widths = columns.map((_, at) => Math.max(3, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

/** The page with this table in the place of the one it had. Throws when it has no place for one. */
export function withTable(page: string, table: string): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the page holds no lines ${begin} and ${end}`);
  return `${page.slice(0, from + begin.length)}\n\n${table}\n\n${page.slice(to)}`;
}
