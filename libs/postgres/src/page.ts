import { DomainError } from '@halftone/kernel';
import { encodeCursor } from './cursor';

export interface Page<Item> {
  items: Item[];
  /** Empty on the last page. */
  nextCursor: string;
}

/**
 * Items per page: 1 to 100, or `defaultLimit` when none is given. Throws VALIDATION_FAILED defaultLimit, the same on
 * every edge.
 */
export function pageLimit(limit: number | null | undefined, defaultLimit = 20): number {
  if (limit === null || limit === undefined) return defaultLimit;
  if (Number.isInteger(limit) && limit >= 1 && limit <= 100) return limit;
  throw new DomainError('VALIDATION_FAILED', 'limit: must be 1 to 100', [
    { path: 'limit', message: 'must be 1 to 100' },
  ]);
}

/**
 * Makes a page of the rows of a query for `limit + 1` rows; the extra row means that there is a next page. `list` as
 * in `encodeCursor`.
 */
export function pageOf<Item>(
  list: string,
  found: readonly Item[],
  limit: number,
  position: (item: Item) => unknown,
): Page<Item> {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: last && found.length > limit ? encodeCursor(list, position(last)) : '' };
}
