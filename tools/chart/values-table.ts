/** The table of values in the chart's README. Pure. */
import { markdownTable, withSection } from '../terminal/table.ts';
import type { Row } from './schema.ts';

const marks = [
  '<!-- values: written by `./halftone generate chart` from values.schema.json -->',
  '<!-- /values -->',
] as const;

const shown = (value: unknown): string => {
  if (value === undefined) return '';
  return `\`${typeof value === 'string' && value !== '' ? value : JSON.stringify(value)}\``;
};

const cellsOf = ({ key, type, fallback, description }: Row): string[] => [
  `\`${key}\``,
  type,
  shown(fallback),
  description,
];

/** One table for each key of the first level. */
export function tableOf(rows: readonly Row[]): string {
  const sections = Map.groupBy(rows, ({ key }) => key.split('.')[0] ?? key);
  return [...sections]
    .map(([name, [first, ...rest]]) => {
      const shownRows = (rest.length > 0 ? rest : [first]).filter((row) => row !== undefined);
      const table = markdownTable(['key', 'type', 'default', 'meaning'], shownRows.map(cellsOf));
      return [`### \`${name}\``, '', first?.description ?? '', '', table].join('\n');
    })
    .join('\n\n');
}

/** The README with the table in its place; throws when it has no place for it. */
export const withTable = (readme: string, table: string): string => withSection(readme, marks, table);
