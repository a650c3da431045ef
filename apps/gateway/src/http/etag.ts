import type { EdgeReply } from './reply';

export const etagOf = (tag: string | number): string => `"${tag}"`;

/** RFC 9110 §13.1.2: If-None-Match compares weakly, takes a list, and `*` matches anything that exists. */
export function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  const tags = ifNoneMatch?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return tags.includes(etag) || tags.includes('*');
}

/** Sets the ETag and answers 304 without a body if the client already has this version. */
export function unlessCached<Body>(
  reply: EdgeReply,
  ifNoneMatch: string | undefined,
  etag: string,
  body: Body,
): Body | undefined {
  reply.header('etag', etag);
  if (!matches(ifNoneMatch, etag)) return body;
  reply.status(304);
  return undefined;
}
