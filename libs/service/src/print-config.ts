import type { SettingRow } from './config';

/** Prints one JSON line for tools, or a table for people. The rows already hide secrets. */
export function printConfig(service: string, rows: readonly SettingRow[], json: boolean): void {
  process.stdout.write(json ? `${JSON.stringify({ service, settings: rows })}\n` : `${configTable(rows)}\n`);
}

const notes = ({ required, secret, default: standard }: SettingRow) =>
  [
    required ? 'required' : `default ${standard === undefined ? 'none' : JSON.stringify(standard)}`,
    ...(secret ? ['secret'] : []),
  ].join(', ');

export function configTable(rows: readonly SettingRow[]): string {
  const width = Math.max(...rows.map(({ name, value }) => `${name}=${value ?? ''}`.length));
  return rows
    .map((row) => `${`${row.name}=${row.value ?? ''}`.padEnd(width)}  # ${row.description} (${notes(row)})`)
    .join('\n');
}
