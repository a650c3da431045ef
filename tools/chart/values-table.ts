/** The table of values in the chart's README. Pure. */
import type { Row } from './schema.ts';

const begin = '<!-- values: written by `./halftone generate chart` from values.schema.json -->';
const end = '<!-- /values -->';

const cell = (text: string) => text.replaceAll('|', '\\|');

const shown = (value: unknown): string => {
  if (value === undefined) return '';
  return `\`${typeof value === 'string' && value !== '' ? value : JSON.stringify(value)}\``;
};

const lineOf = ({ key, type, fallback, description }: Row): string =>
  `| \`${key}\` | ${cell(type)} | ${cell(shown(fallback))} | ${cell(description)} |`;

/** One table for each key of the first level. */
export function tableOf(rows: readonly Row[]): string {
  const sections = Map.groupBy(rows, ({ key }) => key.split('.')[0] ?? key);
  return [...sections]
    .map(([name, [first, ...rest]]) => {
      const lines = (rest.length > 0 ? rest : [first]).filter((row) => row !== undefined).map(lineOf);
      const head = [`### \`${name}\``, '', first?.description ?? '', '', '| key | type | default | meaning |'];
      return [...head, '| --- | --- | --- | --- |', ...lines].join('\n');
    })
    .join('\n\n');
}

/** The README with the table in its place; throws when it has no place for it. */
export function withTable(readme: string, table: string): string {
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`helm/halftone/README.md needs the lines ${begin} and ${end}`);
  return `${readme.slice(0, from + begin.length)}\n\n${table}\n\n${readme.slice(to)}`;
}
