import type { EdgeReply } from './reply';
import { fields } from '@halftone/service';
import { limits } from '@halftone/contracts';
import { z } from 'zod';

export interface Page<Item> {
  items: Item[];
  next: string | null;
}

/** The query parameters that the next page must repeat. */
export type PageFilter = { limit: number } & Readonly<Record<string, string | number | undefined>>;

/** The page as JSON. If there is a next page, also sets `Link: rel=next` (RFC 8288). */
export function page<Item>(
  reply: EdgeReply,
  path: string,
  filter: PageFilter,
  items: Item[],
  nextCursor: string,
): Page<Item> {
  if (nextCursor) reply.header('link', `<${path}?${queryOf({ cursor: nextCursor, ...filter })}>; rel="next"`);
  return { items, next: nextCursor || null };
}

function queryOf(parameters: Readonly<Record<string, string | number | undefined>>): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, String(value));
  return query;
}

/** Keyset pagination: `cursor` is opaque and comes from the previous page. */
export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(limits.pageItems.value).default(20),
  cursor: fields.cursor.default(''),
});

export type PageQuery = z.infer<typeof pageQuery>;
