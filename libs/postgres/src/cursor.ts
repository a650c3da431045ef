import { DomainError } from '@halftone/kernel';
import type { z } from 'zod';

/** Keyset pagination: the cursor holds the sort key of the last row seen, opaque to clients. */
export const encodeCursor = (position: unknown): string => Buffer.from(JSON.stringify(position)).toString('base64url');

/** Throws CURSOR_INVALID for anything `encodeCursor` did not make with this shape. */
export function decodeCursor<Position>(cursor: string, shape: z.ZodType<Position>): Position {
  const parsed = shape.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString()));
  if (!parsed.success) throw new DomainError('CURSOR_INVALID', 'the cursor was not issued by this service');
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
