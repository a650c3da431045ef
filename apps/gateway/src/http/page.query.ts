import { z } from 'zod';

/** Keyset pages: `cursor` is opaque and comes from the page before. */
export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(512).default(''),
});

export type PageQuery = z.infer<typeof pageQuery>;
