import { DomainError } from '@halftone/kernel';
import { encodeCursor } from './cursor';

export interface Page<Item> {
  items: Item[];
  /** Empty on the last page. */
  nextCursor: string;
}

/** Items per page: 1 to 100, and 20 for whoever does not say (0, as proto3 has it). Throws VALIDATION_FAILED. */
export function pageLimit(limit: number): number {
  if (limit === 0) return 20;
  if (Number.isInteger(limit) && limit >= 1 && limit <= 100) return limit;
  throw new DomainError('VALIDATION_FAILED', 'limit: must be 1 to 100', [
    { path: 'limit', message: 'must be 1 to 100' },
  ]);
}

/** Cuts what a query for `limit + 1` rows found down to a page; the one too many says that there is a next page. */
export function pageOf<Item>(found: readonly Item[], limit: number, position: (item: Item) => unknown): Page<Item> {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: last && found.length > limit ? encodeCursor(position(last)) : '' };
}
