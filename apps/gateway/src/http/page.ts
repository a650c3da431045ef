import type { EdgeReply } from './reply';

export interface Page<Item> {
  items: Item[];
  next: string | null;
}

/** What the next page must ask for again. */
export type PageFilter = { limit: number } & Readonly<Record<string, string | number | undefined>>;

/** The page as JSON; a page that has a successor also names it by `Link: rel=next` (RFC 8288). */
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

function queryOf(fields: Readonly<Record<string, string | number | undefined>>): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) query.set(name, String(value));
  return query;
}
