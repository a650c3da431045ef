/** Tables for people: rows as lines of text, and as Markdown. Pure. */

type Row = readonly string[];

/** The width of a column; a negative one is that of text, which begins at the left. */
export const lineOfTable = (row: Row, widths: readonly number[]): string =>
  row
    .map((cell, at) => {
      const width = widths[at] ?? 0;
      return width < 0 ? cell.padEnd(-width) : cell.padStart(width);
    })
    .join('  ');

const widest = (rows: readonly Row[], at: number): number => Math.max(...rows.map((row) => row[at]?.length ?? 0));

/** The first column to the left, numbers to the right. */
export function linesOfTable(rows: readonly Row[]): string[] {
  const widths = (rows[0] ?? []).map((_, at) => widest(rows, at) * (at === 0 ? -1 : 1));
  return rows.map((row) => lineOfTable(row, widths));
}

/** A `|` inside of a cell does not end it. With `aligned`, cells of a column have one width, as the formatter has it. */
export function markdownTable(head: Row, body: readonly Row[], aligned = false): string {
  const escaped = [head, ...body].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, at) => (aligned ? Math.max(3, widest(escaped, at)) : 0));
  const line = (row: Row) => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const [first = [], ...rest] = escaped;
  return [line(first), line(widths.map((width) => '-'.repeat(Math.max(3, width)))), ...rest.map(line)].join('\n');
}

/** The page with this text between its marks. Throws when it has no place for it. */
export function withSection(page: string, [begin, end]: readonly [string, string], text: string): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the page needs the lines ${begin} and ${end}`);
  return `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
}
