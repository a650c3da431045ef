import type { EdgeReply } from './reply';

export interface Page<Item> {
  items: Item[];
  next: string | null;
}

/** The page as JSON; a page that has a successor also names it by `Link: rel=next` (RFC 8288). */
export function page<Item>(
  reply: EdgeReply,
  path: string,
  limit: number,
  items: Item[],
  nextCursor: string,
): Page<Item> {
  if (nextCursor)
    reply.header('link', `<${path}?${new URLSearchParams({ cursor: nextCursor, limit: String(limit) })}>; rel="next"`);
  return { items, next: nextCursor || null };
}
