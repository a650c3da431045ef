/** Whether values.schema.json and values.yaml say the same: Helm takes its defaults from one, people read the other. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { Row } from './schema.ts';

/** Defaults that the table does not repeat. */
const statedElsewhere = 'as in values.yaml';

const at = (values: unknown, key: string): unknown =>
  key.split('.').reduce<unknown>((inner, name) => (inner as Record<string, unknown> | undefined)?.[name], values);

/** One sentence for each key that is said differently, or not at all. */
export function driftOf(rows: readonly Row[], values: Record<string, unknown>): string[] {
  const withoutDescription = rows
    .filter(({ description }) => description === '')
    .map(({ key }) => `${key} has no description`);
  const different = rows
    .filter(({ key, fallback }) => key !== 'global' && fallback !== undefined && fallback !== statedElsewhere)
    .filter(({ key, fallback }) => !isDeepStrictEqual(at(values, key), fallback))
    .map(
      ({ key, fallback }) => `${key} is ${said(at(values, key))} in values.yaml and ${said(fallback)} in the schema`,
    );
  return [...withoutDescription, ...different, ...unknownKeys(rows, values)];
}

const said = (value: unknown) => JSON.stringify(value) ?? 'absent';

/** Keys of values.yaml that no row covers. The keys of a map are covered by its row NAME. */
function unknownKeys(rows: readonly Row[], values: Record<string, unknown>): string[] {
  const rowOf = new Map(rows.map((row) => [row.key, row]));
  const walk = (inner: unknown, path: string, key: string): string[] => {
    const row = rowOf.get(key);
    if (!row) return [`${path} is in values.yaml and not in the schema`];
    const isWhole = row.fallback !== undefined || !rows.some((other) => other.key.startsWith(`${key}.`));
    if (isWhole || typeof inner !== 'object' || inner === null) return [];
    const below = (name: string) => (rowOf.has(`${key}.NAME`) ? `${key}.NAME` : `${key}.${name}`);
    return Object.entries(inner).flatMap(([name, value]) => walk(value, `${path}.${name}`, below(name)));
  };
  return Object.entries(values).flatMap(([name, value]) => walk(value, name, name));
}
