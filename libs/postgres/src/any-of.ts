import { type RawBuilder, sql } from 'kysely';

/**
 * Whether the column has one of these values; false for none. The list is one parameter. With `in`, each length would
 * be a statement of its own, and the server would parse and keep each.
 */
export const anyOf = (column: string, values: readonly string[]): RawBuilder<boolean> =>
  sql<boolean>`${sql.ref(column)} = any(${[...values]})`;
