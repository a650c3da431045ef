import { DomainError } from '@halftone/kernel';
import { z } from 'zod';

const cursorShape = z.tuple([z.string(), z.unknown()]);

/**
 * Keyset pagination: the cursor holds the sort key of the last row seen and is opaque to clients. `list` names the
 * resource and its filter, because the position is valid in that list only.
 */
export const encodeCursor = (list: string, position: unknown): string =>
  Buffer.from(JSON.stringify([list, position])).toString('base64url');

/** Throws CURSOR_INVALID for anything that `encodeCursor` did not make for this list and shape. */
export function decodeCursor<Position>(list: string, cursor: string, shape: z.ZodType<Position>): Position {
  const [issuedFor, position] =
    cursorShape.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString())).data ?? [];
  const parsed = shape.safeParse(position);
  if (issuedFor !== list || !parsed.success)
    throw new DomainError('CURSOR_INVALID', 'the cursor was not issued for this list');
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the caller rejects it like any other invalid cursor.
    return undefined;
  }
}
